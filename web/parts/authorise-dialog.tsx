import { send } from '../api.ts';
import { ActionDialog } from './action-dialog.tsx';

/** Lets an address scan. */
export function AuthoriseDialog({ address = '' }: { readonly address?: string }) {
  return (
    <ActionDialog
      button={address === '' ? 'Authorise a scanner' : 'Mark as authorised'}
      title="Authorise a scanner"
      confirm="Authorise"
      send={async ({ address: given, owner, reason, expires = '' }) => {
        await send('POST', '/authorised-scanners', { address: given, owner, reason, expires });
      }}
    >
      <p>Its scans are recorded as info from now on, and nobody is notified.</p>
      <label>
        Address or range
        <input name="address" required defaultValue={address} maxLength={64} autocomplete="off" spellcheck={false} />
      </label>
      <label>
        Who answers for it
        <input name="owner" required maxLength={200} autocomplete="off" />
      </label>
      <label>
        Why it scans
        <input name="reason" required maxLength={1024} autocomplete="off" />
      </label>
      <label>
        Last day (for ever, if left empty)
        <input name="expires" type="date" />
      </label>
    </ActionDialog>
  );
}
