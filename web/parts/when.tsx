import { agoText, whenText } from '../format.ts';

/** A time: as clock and date, with the whole of it (UTC) for those who point at it. */
export function When({ time, ago = false }: { readonly time: string; readonly ago?: boolean }) {
  return (
    <time dateTime={time} title={`${time.replace('T', ' ').replace('Z', '')} UTC`}>
      {ago ? agoText(time) : whenText(time)}
    </time>
  );
}
