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
  const [result, setResult] = useState('');
  const reason =
    token === '' ? 'the token is missing' : isDangerous && name !== pipeline ? 'the name is missing' : null;
  const run = async (event: SubmitEvent) => {
    event.preventDefault();
    setResult('Asked …');
    setResult(await ask({ path, body: isDangerous ? { ...body, confirm: name } : body }, token));
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
