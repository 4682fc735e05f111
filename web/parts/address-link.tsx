/** An address leads to all that is known about it. */
export function AddressLink({ address }: { readonly address: string }) {
  return (
    <a class="address" href={`/hunt/${encodeURIComponent(address)}`}>
      {address}
    </a>
  );
}
