import { hexRows } from '../hex-rows.ts';

interface HexViewProps {
  readonly bytes: string;
  readonly match: readonly [number, number];
  /** What they are of, for those who hear the page. */
  readonly label: string;
}

/** Bytes in hex and as text; those that matched are marked. */
export function HexView({ bytes, match, label }: HexViewProps) {
  if (bytes === '') return <p class="hint">No bytes: the order of packets is the evidence.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: wide rows scroll, and a keyboard must be able to do that
    <section class="hex-frame" tabIndex={0} aria-label={label}>
      <pre class="hex">
        {hexRows(bytes, match).map(({ offset, pieces, missing }) => (
          <span key={offset} class="row">
            <span class="offset">{offset.toString(16).padStart(4, '0')} </span>
            {pieces.map(({ hex, matches }, index) => (
              <>
                {index > 0 && ' '}
                {matches ? <mark>{hex}</mark> : hex}
              </>
            ))}
            {'   '.repeat(missing)}
            {'  '}
            {pieces.map(({ text, matches }) => (matches ? <mark>{text}</mark> : text))}
            {'\n'}
          </span>
        ))}
      </pre>
    </section>
  );
}
