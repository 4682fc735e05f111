import { send } from '../api.ts';
import { go } from '../router.ts';
import { ActionDialog } from './action-dialog.tsx';

/** Records that something else happened with an address. */
export function IncidentDialog({ address = '' }: { readonly address?: string }) {
  return (
    <ActionDialog
      button="Record incident"
      title="Record an incident"
      confirm="Record"
      send={async ({ address: given, what, time, reference }) => {
        await send('POST', '/incidents', {
          address: given,
          what,
          // The field gives local time without a zone.
          ...(time && { time: new Date(time).toISOString() }),
          ...(reference && { reference }),
        });
        if (address === '') go('/incidents');
      }}
    >
      <p>Something else happened with this address: its scans rise to high, those to come as well.</p>
      <label>
        Address
        <input name="address" required defaultValue={address} maxLength={64} autocomplete="off" spellcheck={false} />
      </label>
      <label>
        What happened
        <input name="what" required maxLength={1024} placeholder="webshell dropped" autocomplete="off" />
      </label>
      <label>
        When (now, if left empty)
        <input name="time" type="datetime-local" step={1} />
      </label>
      <label>
        Where it was read (optional)
        <textarea name="reference" maxLength={16_000} rows={2} />
      </label>
    </ActionDialog>
  );
}
