import { useRef, useState } from 'preact/hooks';
import { type Ask, ask } from './ask.ts';

interface ActionProps extends Ask {
  readonly label: string;
  /** What does the same on the command line. */
  readonly command: string;
  readonly pipeline: string;
  /** It cannot be taken back: asks for the pipeline's name. */
  readonly isDangerous?: boolean;
  /** Why it is not possible now, said on the button; null: it is. */
  readonly refusal?: string | null;
}

/** A button that shows what it will run, and asks for the token, and for the name where it matters. */
export function Action({ label, command, path, body, pipeline, isDangerous = false, refusal = null }: ActionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [token, setToken] = useState('');
  const [name, setName] = useState('');
  const [by, setBy] = useState('');
  const [result, setResult] = useState('');
  const asksWho = !('by' in body);
  const missing = [
    ...(token === '' ? ['the token'] : []),
    ...(asksWho && by.trim() === '' ? ['your name'] : []),
    ...(isDangerous && name !== pipeline ? ['the pipeline’s name'] : []),
  ];
  const reason = missing[0] === undefined ? null : `${missing[0]} is missing`;
  const run = async (event: SubmitEvent) => {
    event.preventDefault();
    setResult('Asked …');
    const said = { ...body, ...(asksWho ? { by: by.trim() } : {}), ...(isDangerous ? { confirm: name } : {}) };
    setResult(await ask({ path, body: said }, token));
  };
  return (
    <>
      <button type="button" disabled={refusal !== null} onClick={() => dialog.current?.showModal()}>
        {refusal === null ? `${label} …` : `${label} (${refusal})`}
      </button>
      <dialog ref={dialog} aria-label={label}>
        <form onSubmit={(event) => void run(event)}>
          <h2>{label}</h2>
          <p>
            The same as <code>{command}</code>
          </p>
          <label>
            Token (from http.tokenFile)
            <input
              type="password"
              autocomplete="off"
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          </label>
          {asksWho && (
            <label>
              Your name, for the evidence
              <input type="text" maxLength={100} value={by} onInput={(event) => setBy(event.currentTarget.value)} />
            </label>
          )}
          {isDangerous && (
            <label>
              This cannot be taken back. The pipeline’s name:
              <input
                type="text"
                autocomplete="off"
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
              />
            </label>
          )}
          <p role="status">{result}</p>
          <p class="buttons">
            <button type="submit" disabled={reason !== null}>
              {reason === null ? label : `${label} (${reason})`}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </p>
        </form>
      </dialog>
    </>
  );
}
