import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { destinations, numbered, numberOf } from './example-alerts.test.helper.ts';
import { httpsReceiver, makeCertificate, type Posted, until, withFolder } from './example-receivers.test.helper.ts';
import { receiverTimeout } from './output-limits.ts';
import { openOutputs } from './outputs.ts';
import { deliveryId, signature, waitOf } from './webhook.ts';

type Answer = Parameters<typeof httpsReceiver>[1];

interface Trial {
  readonly receiver: ReturnType<typeof httpsReceiver>;
  readonly posted: Posted[];
  readonly folder: string;
  readonly notices: string[];
  readonly open: (more?: object) => ReturnType<typeof openOutputs>;
}

/** An HTTPS receiver with a certificate of its own, and outputs that trust it. */
async function trial(answer: Answer, use: (trial: Trial) => Promise<void>, skip: (why: string) => void): Promise<void> {
  await withFolder(async (folder) => {
    const certificate = makeCertificate(folder);
    if (!certificate) {
      skip('there is no openssl to make a certificate');
      return;
    }
    const posted: Posted[] = [];
    const notices: string[] = [];
    const receiver = await httpsReceiver(certificate, (one) => {
      const said = answer(one);
      if (said && said[0] < 300) posted.push(one);
      return said;
    }).start();
    writeFileSync(join(folder, 'secret'), 'correct horse\n');
    const open = (more: object = {}) =>
      openOutputs(
        destinations({
          type: 'webhook',
          url: `https://localhost:${receiver.port}/hook?key=in-the-address`,
          'ca-file': certificate.certificate,
          'secret-file': join(folder, 'secret'),
          spool: join(folder, 'spool'),
          ...more,
        }),
        (text) => notices.push(text),
      );
    try {
      await use({ receiver, posted, folder, notices, open });
    } finally {
      await receiver.stop();
    }
  });
}

const ok: Answer = () => [204];

describe('a webhook', () => {
  it('is POSTed each alert with a signature that its receiver can prove', async (test) => {
    await trial(
      ok,
      async ({ posted, open }) => {
        process.env.TRESPASS_TEST_TOKEN = 'Bearer abc';
        const outputs = await open({ 'authorization-environment': 'TRESPASS_TEST_TOKEN' });
        outputs.send(numbered(1));
        await outputs.close(10_000);
        const [{ headers, body }] = posted as [Posted];
        assert.equal(numberOf(body), 1);
        assert.equal(headers['content-type'], 'application/json');
        assert.equal(headers.authorization, 'Bearer abc');
        assert.match(String(headers['user-agent']), /^Trespass\/\d/);
        const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['trespass-signature']))!;
        assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 60);
        assert.equal(mac, createHmac('sha256', 'correct horse').update(`${seconds}.${body}`).digest('hex'));
        assert.equal(headers['trespass-delivery'], deliveryId(Buffer.from(body)));
      },
      (why) => test.skip(why),
    );
  });

  it('that is killed and comes back gets every alert, in order; what waits survives our restart, too', async (test) => {
    await trial(
      ok,
      async ({ receiver, posted, notices, open }) => {
        const first = await open();
        for (const number of [1, 2]) first.send(numbered(number));
        // Not only posted: a receiver that is killed before its answer is read is posted the same again.
        await until(() => first.statistics()[0]?.delivered === 2, 'two alerts are taken');
        assert.equal(posted.length, 2);
        await receiver.stop();
        for (const number of [3, 4, 5]) first.send(numbered(number));
        await until(() => (first.statistics()[0]?.retried ?? 0) > 0, 'an attempt fails');
        await first.close(200);
        assert.deepEqual(first.statistics()[0], { ...first.statistics()[0], delivered: 2, dropped: 0, queued: 3 });

        const second = await open();
        second.send(numbered(6));
        assert.equal(second.statistics()[0]?.queued, 4);
        await until(() => (second.statistics()[0]?.retried ?? 0) > 0, 'the receiver is still dead');
        await receiver.start();
        await until(() => posted.length === 6, 'all arrive');
        await second.close(5000);
        assert.deepEqual(
          posted.map(({ body }) => numberOf(body)),
          [1, 2, 3, 4, 5, 6],
        );
        const third = await open();
        assert.equal(third.statistics()[0]?.queued, 0);
        await third.close(0);
        assert.match(
          notices.join('\n'),
          /output webhook: cannot deliver: .*ECONNREFUSED.* 3 alerts could not be delivered.*in its spool.* delivers again/s,
        );
        assert.doesNotMatch(notices.join('\n'), /in-the-address|correct horse|\/hook/);
      },
      (why) => test.skip(why),
    );
  });

  it('that says “later” is asked later, and that says “no” is not asked again', async (test) => {
    const answers = new Map([
      [1, [[503, { 'Retry-After': '1' }], [204]]],
      [2, [[422]]],
      [3, [[500], [200]]],
    ] as [number, (readonly [number, Record<string, string>?])[]][]);
    const asked: { number: number; at: number; delivery: unknown }[] = [];
    const answer: Answer = ({ headers, body }) => {
      const number = numberOf(body);
      asked.push({ number, at: performance.now(), delivery: headers['trespass-delivery'] });
      return answers.get(number)!.shift()!;
    };
    await trial(
      answer,
      async ({ open, notices }) => {
        const outputs = await open();
        for (const number of [1, 2, 3]) outputs.send(numbered(number));
        await until(() => outputs.statistics()[0]?.queued === 0, 'all are settled');
        assert.deepEqual(
          asked.map(({ number }) => number),
          [1, 1, 2, 3, 3],
        );
        assert.ok(asked[1]!.at - asked[0]!.at >= 990, 'Retry-After is heeded');
        assert.equal(asked[0]!.delivery, asked[1]!.delivery);
        const { delivered, retried, dropped } = outputs.statistics()[0]!;
        assert.deepEqual({ delivered, retried, dropped }, { delivered: 2, retried: 2, dropped: 1 });
        assert.ok(
          notices.includes(
            'output webhook: an alert was dropped: the receiver refused it (HTTP 422). 1 were dropped so far.',
          ),
        );
        await outputs.close(0);
      },
      (why) => test.skip(why),
    );
  });

  it('whose certificate nobody vouches for gets nothing', async (test) => {
    await trial(
      ok,
      async ({ folder, posted, open, notices }) => {
        const key = join(folder, 'key.pem');
        const outputs = await open({ 'ca-file': key }).catch((error) => error);
        assert.match(outputs.message, /key\.pem does not begin with a certificate in PEM/);
        const untrusting = await open({ 'ca-file': undefined });
        untrusting.send(numbered(1));
        await until(() => (untrusting.statistics()[0]?.retried ?? 0) > 0, 'an attempt fails');
        await untrusting.close(0);
        assert.deepEqual(posted, []);
        assert.match(notices[0]!, /certificate/);
      },
      (why) => test.skip(why),
    );
  });

  it('that never answers is given up when the deadline has passed', async (test) => {
    await trial(
      () => undefined,
      async ({ open }) => {
        const outputs = await open();
        outputs.send(numbered(1));
        const begin = performance.now();
        await outputs.close(300);
        assert.ok(performance.now() - begin < receiverTimeout / 2);
        assert.equal(outputs.statistics()[0]?.queued, 1);
      },
      (why) => test.skip(why),
    );
  });
});

it('a signature is HMAC-SHA-256 over the time and the body', () => {
  const [, mac] = /v1=(.*)/.exec(signature(Buffer.from('{}'), 'key', 1_700_000_000_999))!;
  assert.equal(mac, createHmac('sha256', 'key').update('1700000000.{}').digest('hex'));
});

it('Retry-After is seconds or a date, and at most five minutes', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const cases: [string | undefined, number][] = [
    [undefined, 0],
    ['7', 7000],
    ['86400', 300_000],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['soon', 0],
    ['99999999999999999999', 0],
  ];
  for (const [header, wait] of cases) assert.equal(waitOf(header, now), wait, header);
});
