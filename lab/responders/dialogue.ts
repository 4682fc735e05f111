/** A responder whose lines stand in the scenario: what it answers when it hears what. */

import { z } from 'zod';
import { bytesOf, type Options, type Responder } from './responder.ts';

const shape = z.looseObject({
  /** Said as soon as a client connects. */
  greeting: z.string().optional(),
  /** The first whose expression matches what the client just said answers; `$1` stands for the expression's groups. */
  replies: z
    .array(z.strictObject({ when: z.string(), say: z.string().default(''), close: z.boolean().default(false) }))
    .default([]),
  /** Answers to the first, second ... message, whatever it was, where no reply fits. */
  turns: z.array(z.string()).default([]),
  /** Answer where nothing else fits. */
  otherwise: z.string().optional(),
  /** Close after the answer. */
  close: z.boolean().default(false),
});

interface Answer {
  readonly say: Buffer | undefined;
  readonly close: boolean;
}

export function dialogue(options: Options): Responder {
  const { greeting, replies, turns, otherwise, close } = shape.parse(options);
  const rules = replies.map((reply) => ({ ...reply, when: new RegExp(reply.when, 's') }));

  const answer = (heard: Buffer, turn: number): Answer => {
    const text = heard.toString('latin1');
    for (const rule of rules) {
      const match = rule.when.exec(text);
      if (match === null) continue;
      const bytes = bytesOf(rule.say).toString('latin1');
      const said = rule.say.startsWith('0x') ? bytes : bytes.replaceAll(/\$(\d)/g, (_, group) => match[group] ?? '');
      return { say: Buffer.from(said, 'latin1'), close: rule.close || close };
    }
    const words = turns[turn] ?? otherwise;
    return { say: words === undefined ? undefined : bytesOf(words), close };
  };

  return {
    connection(socket) {
      let turn = 0;
      if (greeting !== undefined) socket.write(bytesOf(greeting));
      socket.on('data', (heard) => {
        const { say, close } = answer(heard, turn++);
        if (say !== undefined && say.length > 0) socket.write(say);
        if (close) socket.end();
      });
    },
    datagram(heard, reply) {
      const { say } = answer(heard, 0);
      if (say !== undefined && say.length > 0) reply(say);
    },
  };
}
