import { flagOf } from '../config/option.ts';
import { OPTIONS } from '../config/option-table.ts';
import { COMMON_FLAGS, CONFIG_FLAG } from './common-flag.ts';
import type { Flag, Verb } from './verb.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Words in the place of a value that stand for files. */
const FILES = /FILE|FOLDER|PATH|DIR/;

/**
 * A script for one shell that completes verbs, flags, their choices and files. Everything stands in the script:
 * no process is started at a key press.
 */
export function completionScript(shell: Shell, verbs: readonly Verb[]): string {
  if (shell === 'fish') return fishScript(verbs);
  const script = bashScript(verbs);
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`;
}

/** Of the configuration, not of the verb: every option as a flag. */
function configFlags(): readonly string[] {
  return OPTIONS.map(flagOf).filter((flag) => flag !== null);
}

function ownFlags(verb: Verb): readonly Flag[] {
  return [...verb.flags, ...(verb.takesConfig ? [CONFIG_FLAG] : []), ...COMMON_FLAGS];
}

/** `--json` and `-q`, all that may be typed. */
function spellings({ name, short }: Flag): readonly string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
}

/** Words that may follow the words before, by those: `` to first words, `cutover` to `plan rehearse ...`. */
function nextWords(verbs: readonly Verb[]): ReadonlyMap<string, ReadonlySet<string>> {
  const next = new Map<string, Set<string>>();
  const operands = verbs.flatMap(({ name, operands }) =>
    (operands?.words.split('|') ?? []).filter((word) => /^[a-z]+$/.test(word)).map((word) => `${name} ${word}`),
  );
  for (const words of [...verbs.map(({ name }) => name), 'help', ...operands].map((name) => name.split(' '))) {
    for (const [index, word] of words.entries()) {
      const before = words.slice(0, index).join(' ');
      next.set(before, (next.get(before) ?? new Set()).add(word));
    }
  }
  return next;
}

function takesValue({ type }: Flag): boolean {
  return type !== 'switch';
}

/** Flags with a value, over all verbs: one name means one thing. */
function valueFlags(verbs: readonly Verb[]): ReadonlyMap<string, Flag> {
  return new Map(
    verbs
      .flatMap(ownFlags)
      .filter(takesValue)
      .map((flag) => [flag.name, flag]),
  );
}

function bashScript(verbs: readonly Verb[]): string {
  const known = [...new Set(verbs.flatMap(({ name }) => [name.split(' ')[0] ?? '', name]))];
  const flags = verbs.map((verb) => {
    const names = ownFlags(verb).flatMap(spellings).join(' ');
    return `'${verb.name}') flags='${names}'; takes=${verb.takesConfig ? 1 : 0} ;;`;
  });
  const words = [...nextWords(verbs)].map(([before, next]) => `'${before}') words='${[...next].join(' ')}' ;;`);
  const withValue = [...valueFlags(verbs).values()].flatMap(spellings);
  return `# Completion of sluice; made by: sluice completion
_sluice() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local verb='' words='' flags='' takes=0 i word
  local common='${COMMON_FLAGS.flatMap(spellings).join(' ')} --version'
  local options='${configFlags().join(' ')}'
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      ${[...withValue, ...configFlags()].join('|')}) i=$((i + 1)) ;;
      -*) ;;
      *)
        case "\${verb:+$verb }$word" in
          ${known.map((name) => `'${name}'`).join('|')}) verb="\${verb:+$verb }$word" ;;
        esac ;;
    esac
  done
  case $previous in
    ${valueCases(verbs).join('\n    ')}
  esac
  case $verb in
    ${flags.join('\n    ')}
    *) flags=$common ;;
  esac
  case $verb in
    ${words.join('\n    ')}
    *) ;;
  esac
  if [[ $current == -* ]]; then
    if [[ $takes == 1 ]]; then flags="$flags $options"; fi
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _sluice sluice`;
}

/** What a flag with a value wants: one of its choices, a file, or a word that nobody can guess. */
function valueCases(verbs: readonly Verb[]): readonly string[] {
  const flags = [...valueFlags(verbs).values()].map((flag) => {
    const { choices, value = '' } = flag;
    const offer = choices !== undefined ? `-W '${choices.join(' ')}'` : FILES.test(value) ? '-f' : null;
    const answer = offer === null ? '' : `COMPREPLY=($(compgen ${offer} -- "$current")); `;
    return `${spellings(flag).join('|')}) ${answer}return ;;`;
  });
  return [...flags, `${configFlags().join('|')}) return ;;`];
}

function fishScript(verbs: readonly Verb[]): string {
  const next = [...nextWords(verbs)];
  const firsts = next.map(([before, words]) => {
    const isHere =
      before === ''
        ? '__fish_use_subcommand'
        : `__fish_seen_subcommand_from ${before}; and not __fish_seen_subcommand_from ${[...words].join(' ')}`;
    return `complete -c sluice -f -n '${isHere}' -a '${[...words].join(' ')}'`;
  });
  const flags = verbs.flatMap((verb) => verb.flags.map((flag) => fishFlag(flag, verb.name)));
  return [
    '# Completion of sluice; made by: sluice completion',
    ...firsts,
    ...flags,
    ...[...COMMON_FLAGS, CONFIG_FLAG].map((flag) => fishFlag(flag, null)),
  ].join('\n');
}

function fishFlag(flag: Flag, verb: string | null): string {
  const isHere =
    verb === null
      ? ''
      : ` -n '${verb
          .split(' ')
          .map((word) => `__fish_seen_subcommand_from ${word}`)
          .join('; and ')}'`;
  const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
  const { choices } = flag;
  const value = !takesValue(flag) ? '' : choices === undefined ? ' -r' : ` -x -a '${choices.join(' ')}'`;
  return `complete -c sluice${isHere} -l ${flag.name}${short}${value} -d ${fishQuote(flag.help)}`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
