import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { NotifyListener } from './notify-listener.test.helper.ts';
import { ServiceManager } from './service-manager.ts';

const skip = process.platform === 'linux' ? false : 'systemd is Linux only';

describe('what systemd is told', { skip }, () => {
  it('arrives at the socket that it names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trespass-'));
    for (const [path, name] of [
      [join(folder, 'notify'), join(folder, 'notify')],
      ['@trespass-test-notify', '\0trespass-test-notify'],
    ] as const) {
      const listener = new NotifyListener(name);
      const manager = new ServiceManager({ NOTIFY_SOCKET: path, WATCHDOG_USEC: '30000000' });
      assert.equal(manager.watchdogEvery, 15_000);
      manager.ready('watching eth0');
      assert.equal(listener.next(), 'READY=1\nSTATUS=watching eth0');
      manager.reloading();
      assert.match(listener.next(), /^RELOADING=1\nMONOTONIC_USEC=\d+$/);
      manager.alive();
      assert.equal(listener.next(), 'WATCHDOG=1');
      manager.stopping();
      assert.match(listener.next(), /^STOPPING=1\n/);
      listener.close();
    }
    rmSync(folder, { recursive: true });
  });

  it('is nothing without a socket, or when nobody listens, or for another process', () => {
    const alone = new ServiceManager({});
    alone.ready('watching eth0');
    assert.equal(alone.watchdogEvery, undefined);
    new ServiceManager({ NOTIFY_SOCKET: '/nonexistent/notify' }).alive();
    const other = new ServiceManager({ NOTIFY_SOCKET: '@x', WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' });
    assert.equal(other.watchdogEvery, undefined);
  });
});
