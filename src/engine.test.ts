import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Engine } from './engine.ts';
import { EngineTrial } from './engine-trial.ts';
import { protocols } from './protocol/protocols.ts';
import { loadCatalogue } from './signature/load-catalogue.ts';
import { bytesOf, tcpConversation, tcpFrame, udpFrame } from './testing/frames.ts';
import { trySignature } from './try-signature.ts';

const catalogue = loadCatalogue();

describe('every signature of the catalogue, through the whole engine', () => {
  const trial = new EngineTrial(catalogue);
  for (const signature of catalogue) {
    it(`${signature.id}: hits hit and misses miss, whole and in every cut and order`, () => {
      assert.ok(signature.hits.length > 0 && signature.misses.length > 0);
      assert.deepEqual(trySignature(trial, signature), []);
    });
  }
});

describe('a faulty example is told', () => {
  const given = catalogue.find(({ id }) => id === 'smtp-ehlo-scanme');
  const sequence = catalogue.find(({ id }) => id === 'sequence-service-detection');
  assert.ok(given !== undefined && sequence !== undefined);
  const trial = new EngineTrial(catalogue);

  it('a hit that is none, and a miss that is one', () => {
    const faults = trySignature(trial, { ...given, hits: given.misses.slice(0, 1), misses: given.hits.slice(0, 1) });
    assert.deepEqual(
      faults.map(({ path }) => path),
      [
        ['hits', 0],
        ['misses', 0],
      ],
    );
    assert.match(faults[0]!.message, /^does not match: whole \(and in \d+ more ways\)$/);
    assert.match(faults[1]!.message, /^matches and must not: whole/);
  });

  it('a sequence with one member only', () => {
    const faults = trySignature(trial, { ...sequence, hits: [sequence.hits[0]!.slice(0, 1)], misses: [] });
    assert.match(faults[0]!.message, /^does not match: whole; seen was /);
  });
});

describe('who is the client', () => {
  const request = bytesOf('SSH-2.0-Nmap-SSH2-Hostkey\r\n');

  it('whoever sent the SYN', () => {
    const trial = new EngineTrial(catalogue);
    const endpoints = trial.endpoints(40000);
    const [first] = trial.evidence(tcpConversation({ ...endpoints, sourcePort: 22 }, request));
    assert.equal(first?.source, endpoints.source);
    assert.equal(first?.spoofable, false);
  });

  it('a server that says the same back proves nothing', () => {
    const trial = new EngineTrial(catalogue);
    for (const handshake of [true, false]) {
      const endpoints = trial.endpoints(9999);
      const frames = tcpConversation(endpoints, request, { handshake, close: false });
      frames.push(
        tcpFrame(endpoints, { fromServer: true, flags: 24, offset: 1, acknowledged: 1 + request.length }, request),
      );
      const sources = trial.evidence(frames).map(({ source }) => source);
      assert.deepEqual(sources, [endpoints.source]);
    }
  });

  it('an echoed datagram proves nothing', () => {
    const trial = new EngineTrial(catalogue);
    const endpoints = trial.endpoints(7);
    const probe = bytesOf('\0\0\x10\0\0\0\0\0\0\0\0\0');
    const evidence = trial.evidence([udpFrame(endpoints, probe), udpFrame(endpoints, probe, true)]);
    assert.deepEqual(new Set(evidence.map(({ source }) => source)), new Set([endpoints.source]));
  });

  it('without a handshake, one packet could bear any address', () => {
    const trial = new EngineTrial(catalogue);
    const [first] = trial.evidence(tcpConversation(trial.endpoints(22), request, { handshake: false, server: false }));
    assert.equal(first?.spoofable, true);
  });
});

describe('a network that delivers as it likes', () => {
  const request = bytesOf(
    'GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)\r\n\r\n',
  );
  const cuts = Array.from({ length: Math.ceil(request.length / 7) - 1 }, () => 7);
  // Every 7th segment, then the ones after those, and so on: first neither the beginning nor neighbours.
  const strides = [3, 0, 5, 1, 6, 2, 4];
  const order = strides.flatMap((start) =>
    Array.from({ length: cuts.length + 1 }, (_, index) => index).filter((index) => index % 7 === start),
  );

  it('segments in any order, with a handshake and without', () => {
    const trial = new EngineTrial(catalogue);
    for (const handshake of [true, false]) {
      const seen = trial.see(tcpConversation(trial.endpoints(80), request, { cuts, order, handshake }));
      assert.ok(seen.includes('http-user-agent'), `handshake ${handshake}: ${seen.join(', ')}`);
    }
  });

  it('a literal of which only the beginning comes is no suspicion, and one whose end comes later is', () => {
    const said = (...segments: readonly string[]): { suspicions: number; ids: string[] } => {
      const ids: string[] = [];
      const engine = new Engine(catalogue, protocols, ({ signature }) => ids.push(signature.id));
      const endpoints = { source: '10.0.0.1', target: '10.0.0.2', sourcePort: 40_000, targetPort: 80 };
      const cuts = segments.slice(0, -1).map(({ length }) => length);
      for (const frame of tcpConversation(endpoints, bytesOf(segments.join('')), { cuts })) {
        engine.frame(frame, 0, frame.length, 1, 1_700_000_000, 0);
      }
      return { suspicions: engine.counters.suspicions, ids };
    };
    const start = 'GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: Mozilla/5.0 (compatible; Nmap Scripting En';
    const found = { suspicions: 1, ids: ['http-user-agent'] };
    assert.deepEqual(said(start, 'vy)\r\n\r\n'), { suspicions: 0, ids: [] });
    assert.deepEqual(said(start, 'gine; https://nmap.org/book/nse.html)\r\n\r\n'), found);
    assert.deepEqual(said(start, 'g', 'i', 'ne; https://nmap.org/book/nse.html)\r\n\r\n'), found);
  });

  it('the SYN after part of the data', () => {
    const trial = new EngineTrial(catalogue);
    const frames = tcpConversation(trial.endpoints(80), request, { cuts });
    const [syn, answer, acknowledgement, ...rest] = frames as [Uint8Array, Uint8Array, Uint8Array, ...Uint8Array[]];
    const late = [...rest.slice(0, 5), syn, answer, acknowledgement, ...rest.slice(5)];
    assert.ok(trial.see(late).includes('http-user-agent'));
    // The very first segments still to come.
    const later = tcpConversation(trial.endpoints(80), request, { cuts });
    const [first, second, third, ...data] = later as [Uint8Array, Uint8Array, Uint8Array, ...Uint8Array[]];
    assert.ok(
      trial
        .see([...data.slice(2, 5), first, second, third, ...data.slice(0, 2), ...data.slice(5)])
        .includes('http-user-agent'),
    );
  });
});

describe('evidence', () => {
  it('shows the bytes and marks those that matched', () => {
    const trial = new EngineTrial(catalogue);
    const [first] = trial.evidence(tcpConversation(trial.endpoints(25), bytesOf('EHLO nmap.scanme.org\r\n')));
    assert.ok(first !== undefined);
    assert.equal(Buffer.from(first.bytes).toString('latin1'), 'EHLO nmap.scanme.org\r\n');
    assert.equal(
      Buffer.from(first.bytes.slice(first.matchStart, first.matchEnd)).toString('latin1'),
      'nmap.scanme.org',
    );
    assert.deepEqual(first.fields, { 'smtp.helo': 'nmap.scanme.org' });
  });

  it('has the time of its packet, also after 2038', () => {
    const times: number[] = [];
    const engine = new Engine(catalogue, protocols, ({ time }) => times.push(time));
    const endpoints = new EngineTrial(catalogue).endpoints(25);
    for (const frame of tcpConversation(endpoints, bytesOf('EHLO nmap.scanme.org\r\n'))) {
      // As the reader gives it: 32 bits, that look negative.
      engine.frame(frame, 0, frame.length, 1, 2_400_000_000 | 0, 5);
    }
    assert.deepEqual(times, [2_400_000_000_000_005]);
  });

  it('is found though the capture lost a packet in the middle and the target acknowledged it', () => {
    const trial = new EngineTrial(catalogue);
    const endpoints = trial.endpoints(25);
    const frames = tcpConversation(endpoints, bytesOf('NOOP 1234567\r\n'), { close: false });
    frames.push(tcpFrame(endpoints, { flags: 24, offset: 101 }, bytesOf('EHLO nmap.scanme.org\r\n')));
    frames.push(
      tcpFrame(endpoints, { fromServer: true, flags: 24, offset: 1, acknowledged: 123 }, bytesOf('250 ok\r\n')),
    );
    const evidence = trial.evidence(frames);
    assert.deepEqual(
      evidence.map(({ signature, source, target, targetPort }) => [signature.id, source, target, targetPort]),
      [['smtp-ehlo-scanme', endpoints.source, endpoints.target, 25]],
    );
  });

  it('is no whole message before a hole or a cut, though the bytes so far would be one', () => {
    const signature = catalogue.find(
      ({ transports, match }) =>
        transports.includes('tcp') && match.some(({ field, test }) => field === 'payload' && test.is !== undefined),
    );
    assert.ok(signature !== undefined);
    const probe = signature.match.find(({ test }) => test.is !== undefined)?.test.is ?? '';
    const trial = new EngineTrial(catalogue);
    const endpoints = trial.endpoints(signature.ports[0] ?? 9999);
    const frames = tcpConversation(endpoints, bytesOf(probe), { close: false });
    frames.push(tcpFrame(endpoints, { flags: 24, offset: 5000 }, bytesOf('more of it')));
    frames.push(tcpFrame(endpoints, { fromServer: true, flags: 24, offset: 1, acknowledged: 5010 }, bytesOf('answer')));
    assert.ok(!trial.see(frames).includes(signature.id));

    const cut = trial.endpoints(signature.ports[0] ?? 9999);
    const [syn, synAck] = tcpConversation(cut, bytesOf(''), { close: false });
    const long = tcpFrame(cut, { flags: 24, offset: 1 }, bytesOf(`${probe}what the snap length cut`));
    const answer = tcpFrame(cut, { fromServer: true, flags: 24, offset: 1 }, bytesOf('answer'));
    const seen = trial.see([syn!, synAck!, long.subarray(0, 54 + probe.length), answer]);
    assert.deepEqual([...seen, ...trial.finish()], []);
  });

  it('is found at the end of a capture in a segment whose predecessor never came', () => {
    const trial = new EngineTrial(catalogue);
    const endpoints = trial.endpoints(25);
    const frames = tcpConversation(endpoints, bytesOf('NOOP\r\n'), { close: false });
    frames.push(tcpFrame(endpoints, { flags: 24, offset: 101 }, bytesOf('EHLO nmap.scanme.org\r\n')));
    assert.deepEqual([...trial.see(frames), ...trial.finish()], ['smtp-ehlo-scanme']);
  });

  it('keeps the first of two segments that differ over the same bytes', () => {
    const trial = new EngineTrial(catalogue);
    const endpoints = trial.endpoints(25);
    const frames = tcpConversation(endpoints, bytesOf('EHLO nmap.sc'), { close: false });
    frames.push(tcpFrame(endpoints, { flags: 24, offset: 1 }, bytesOf('EHLO evil.xx')));
    frames.push(tcpFrame(endpoints, { flags: 24, offset: 6 }, bytesOf('XXXX.scanme.org\r\n')));
    assert.deepEqual(trial.see(frames), ['smtp-ehlo-scanme']);
  });
});
