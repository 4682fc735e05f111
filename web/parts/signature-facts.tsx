import type { ComponentChildren } from 'preact';
import type { SignatureWhole } from '../answers.ts';

/** All that the catalogue says about a signature. */
export function SignatureFacts({ signature }: { readonly signature: SignatureWhole }) {
  const { id, sid, grade, transports, ports, conditions, emitted_by, scripts, probes, options } = signature;
  const { since, until, note, also_sent_by, blind, benign, attack, seen } = signature;
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    ['Id', <code key="id">{`${id} (${sid})`}</code>],
    ['Grade', `${grade}: ${grades[grade]}`],
    ['Over', [transports.join(', '), ...(ports.length > 0 ? [`port ${ports.join(', ')}`] : [])].join(', ')],
    ['Matches when', list(conditions, true)],
    ['Nmap sends it from', list(emitted_by, true)],
    ['Scripts', scripts.join(', ')],
    ['Probes', probes.join(', ')],
    ['Options', options.join(', ')],
    ['Versions', [since && `since ${since}`, until && `until ${until}`].filter(Boolean).join(', ')],
    ['Note', note],
    ['Other tools that send it', list(also_sent_by)],
    ['What hides it', list(blind)],
    ['Legitimate traffic like it', benign],
    ['ATT&CK', attack.map(({ id: technique, name }) => `${technique} ${name}`).join(', ')],
    ['Seen in captures', seen.join(', ')],
  ];
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== '' && value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

const grades: Readonly<Record<string, string>> = {
  definitive: 'nobody but Nmap, or a tool with its probes, sends it',
  strong: 'rare elsewhere; two different ones make an alert',
  weak: 'normal alone; it counts only with others',
};

function list(values: readonly string[], code = false): ComponentChildren {
  if (values.length === 0) return undefined;
  return (
    <ul>
      {values.map((value) => (
        <li key={value}>{code ? <code>{value}</code> : value}</li>
      ))}
    </ul>
  );
}
