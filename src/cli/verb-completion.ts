import { completionScript, SHELLS } from './completion.ts';
import { EXIT } from './exit.ts';
import type { Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Verb } from './verb.ts';

/** The verb that prints a completion script for the verbs that are there, itself among them. */
export function completionVerb(others: () => readonly Verb[]): Verb {
  return {
    name: 'completion',
    kind: 'Completion',
    summary: 'Prints a script that completes verbs and flags in your shell.',
    operands: { words: SHELLS.join('|'), min: 1, max: 1 },
    flags: [],
    takesConfig: false,
    examples: [
      ['sluice completion bash > /etc/bash_completion.d/sluice', 'for everyone; new shells have it'],
      ['sluice completion zsh > ~/.sluice.zsh', 'then: source ~/.sluice.zsh in .zshrc, after compinit'],
      ['sluice completion fish > ~/.config/fish/completions/sluice.fish', 'for fish'],
    ],
    exits: [EXIT.done, EXIT.usage],
    run: ({ operands: [given = ''] }): Promise<Outcome> => {
      const shell = SHELLS.find((name) => name === given);
      if (shell === undefined) {
        throw usageError(
          'USAGE_OPERANDS',
          `there is no completion for "${given}"`,
          `Name one of: ${SHELLS.join(', ')}.`,
        );
      }
      const script = completionScript(shell, others());
      return Promise.resolve({ kind: 'Completion', exit: EXIT.done, data: { shell, script }, text: script });
    },
  };
}
