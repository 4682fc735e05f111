import assert from 'node:assert/strict';
import { test } from 'node:test';
import { communityId } from './community-id.ts';

/** The specification's baseline table (seed 0) and the flows of its captures. */
const CASES: readonly [number, string, number, string, number, string][] = [
  [6, '1.2.3.4', 1122, '5.6.7.8', 3344, '1:wCb3OG7yAFWelaUydu0D+125CLM='],
  [6, '5.6.7.8', 3344, '1.2.3.4', 1122, '1:wCb3OG7yAFWelaUydu0D+125CLM='],
  [17, '1.2.3.4', 1122, '5.6.7.8', 3344, '1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg='],
  [17, '5.6.7.8', 3344, '1.2.3.4', 1122, '1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg='],
  [132, '1.2.3.4', 1122, '5.6.7.8', 3344, '1:EKt4MsxuyaE6mL+hmrEkQ9csDD8='],
  [132, '5.6.7.8', 3344, '1.2.3.4', 1122, '1:EKt4MsxuyaE6mL+hmrEkQ9csDD8='],
  [1, '1.2.3.4', 8, '5.6.7.8', 0, '1:crodRHL2FEsHjbv3UkRrfbs4bZ0='],
  [1, '5.6.7.8', 0, '1.2.3.4', 0, '1:crodRHL2FEsHjbv3UkRrfbs4bZ0='],
  [1, '1.2.3.4', 11, '5.6.7.8', 0, '1:f/YiSyWqczrTgfUCZlBUnvHRcPk='],
  [
    58,
    'fe80:1:203:405:607:809:a0b:c0d',
    128,
    'fe80:1011:1213:1415:1617:1819:1a1b:1c1d',
    0,
    '1:0bf7hyMJUwt3fMED7z8LIfRpBeo=',
  ],
  [
    58,
    'fe80:1011:1213:1415:1617:1819:1a1b:1c1d',
    129,
    'fe80:1:203:405:607:809:a0b:c0d',
    0,
    '1:0bf7hyMJUwt3fMED7z8LIfRpBeo=',
  ],
  [
    58,
    'fe80:1:203:405:607:809:a0b:c0d',
    146,
    'fe80:1011:1213:1415:1617:1819:1a1b:1c1d',
    0,
    '1:fYC8+pz24E+EhANP1EZhpX0Dw10=',
  ],
  [46, '1.2.3.4', 0, '5.6.7.8', 0, '1:ikv3kmf89luf73WPz1jOs49S768='],
  [46, '5.6.7.8', 9, '1.2.3.4', 7, '1:ikv3kmf89luf73WPz1jOs49S768='],
  [
    46,
    'fe80:1:203:405:607:809:a0b:c0d',
    0,
    'fe80:1011:1213:1415:1617:1819:1a1b:1c1d',
    0,
    '1:wQ/2mwrnXP4lmJcHdGL5ePjR+e0=',
  ],
  [6, '128.232.110.120', 34855, '66.35.250.204', 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  [6, '66.35.250.204', 80, '128.232.110.120', 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  [17, '192.168.1.52', 54585, '8.8.8.8', 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  [132, '192.168.170.8', 7, '192.168.170.56', 7, '1:MP2EtRCAUIZvTw6MxJHLV7N7JDs='],
  [6, '2001:470:e5bf:dead:4957:2174:e82c:4887', 63943, '2607:f8b0:400c:c03::1a', 25, '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4='],
  [1, '192.168.0.1', 0, '192.168.0.89', 8, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  [1, '10.0.0.1', 11, '10.0.0.2', 0, '1:YHxtAirCG//0OzkcVAukqKQN9xM='],
  [58, 'fe80::200:86ff:fe05:80da', 135, 'fe80::260:97ff:fe07:69ea', 0, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
  [58, '3ffe:501:1800:2345::2', 3, '3ffe:507:0:1:200:86ff:fe05:80da', 0, '1:2ObVBgIn28oZvibYZhZMBgh7WdQ='],
  [58, '3ffe:507:0:1:200:86ff:fe05:80da', 128, '3ffe:501:0:1001::2', 0, '1:+TW+HtLHvV1xnGhV1lv7XoJrqQg='],
  [58, '3ffe:501:0:1001::2', 129, '3ffe:507:0:1:200:86ff:fe05:80da', 0, '1:+TW+HtLHvV1xnGhV1lv7XoJrqQg='],
  [58, 'fe80::260:97ff:fe07:69ea', 134, 'ff02::1', 0, '1:pkvHqCL88/tg1k4cPigmZXUtL00='],
];

for (const [protocol, source, sourcePort, destination, destinationPort, expected] of CASES) {
  test(`protocol ${protocol}, ${source} ${sourcePort} to ${destination} ${destinationPort}`, () => {
    assert.equal(communityId(protocol, source, sourcePort, destination, destinationPort), expected);
  });
}

test('equal addresses are ordered by their ports', () => {
  assert.equal(communityId(6, '127.0.0.1', 80, '127.0.0.1', 1234), communityId(6, '127.0.0.1', 1234, '127.0.0.1', 80));
});

test('no identifier without two addresses of one version', () => {
  assert.equal(communityId(6, 'example.com', 1, '1.2.3.4', 2), undefined);
  assert.equal(communityId(6, '::1', 1, '1.2.3.4', 2), undefined);
});
