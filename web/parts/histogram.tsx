/** Scans in time: a bar for each bucket, severities on top of each other. Drag over it to choose a time. */

import { useRef, useState } from 'preact/hooks';
import { type Bucket, type Severity, severities } from '../answers.ts';
import { countText, whenText } from '../format.ts';

export interface HistogramProps {
  readonly buckets: readonly Bucket[];
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
  /** Seconds. */
  readonly bucket: number;
  readonly onChoose?: (since: number, until: number) => void;
}

const width = 1000;
const height = 120;
const stack: readonly Severity[] = ['info', 'low', 'medium', 'high'];

export function Histogram({ buckets, since, until, bucket, onChoose }: HistogramProps) {
  const svg = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<readonly [number, number]>();
  const sums = buckets.map((one) => stack.reduce((sum, severity) => sum + one[severity], 0));
  const highest = Math.max(1, ...sums);
  const x = (time: number) => ((time - since) / (until - since)) * width;
  const bar = Math.max(1.5, x(since + bucket * 1000) - 1);
  const timeAt = (event: PointerEvent) => {
    const { left, width: shown } = svg.current!.getBoundingClientRect();
    return since + Math.min(1, Math.max(0, (event.clientX - left) / shown)) * (until - since);
  };
  const choose = () => {
    if (drag && onChoose && Math.abs(drag[1] - drag[0]) > (until - since) / 200) {
      onChoose(Math.min(...drag), Math.max(...drag));
    }
    setDrag(undefined);
  };
  const total = sums.reduce((sum, one) => sum + one, 0);
  return (
    <figure class="histogram">
      <svg
        ref={svg}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={summaryText(buckets, total)}
        {...(onChoose && {
          class: 'choosable',
          onPointerDown: (event: PointerEvent) => {
            svg.current!.setPointerCapture(event.pointerId);
            setDrag([timeAt(event), timeAt(event)]);
          },
          onPointerMove: (event: PointerEvent) => drag && setDrag([drag[0], timeAt(event)]),
          onPointerUp: choose,
          onPointerCancel: () => setDrag(undefined),
        })}
      >
        {buckets.map((one) => (
          <Bar key={one.time} bucket={one} x={x(Date.parse(one.time))} width={bar} scale={(height - 4) / highest} />
        ))}
        {drag && (
          <rect
            class="chosen"
            x={x(Math.min(...drag))}
            width={Math.abs(x(drag[1]) - x(drag[0]))}
            y="0"
            height={height}
          />
        )}
      </svg>
      <figcaption>
        <span>{whenText(new Date(since).toISOString())}</span>
        <span>
          {total === 0 ? 'no scans' : `${countText(total, 'scan')}, at most ${highest} in ${bucketText(bucket)}`}
        </span>
        <span>{whenText(new Date(until).toISOString())}</span>
      </figcaption>
    </figure>
  );
}

interface BarProps {
  readonly bucket: Bucket;
  readonly x: number;
  readonly width: number;
  readonly scale: number;
}

function Bar({ bucket, x, width: wide, scale }: BarProps) {
  let y = height;
  return (
    <g>
      <title>{`${whenText(bucket.time)}: ${severityCounts(bucket)}`}</title>
      {stack.map((severity) => {
        // One scan among thousands is still to be seen.
        const tall = bucket[severity] === 0 ? 0 : Math.max(3, bucket[severity] * scale);
        y -= tall;
        return tall > 0 && <rect key={severity} class={severity} x={x} y={y} width={wide} height={tall} />;
      })}
    </g>
  );
}

function severityCounts(bucket: Readonly<Record<Severity, number>>): string {
  return severities
    .filter((severity) => bucket[severity] > 0)
    .map((severity) => `${bucket[severity]} ${severity}`)
    .join(', ');
}

function summaryText(buckets: readonly Bucket[], total: number): string {
  if (total === 0) return 'No scans in this time';
  const sum = (severity: Severity) => buckets.reduce((all, one) => all + one[severity], 0);
  const counts = { high: sum('high'), medium: sum('medium'), low: sum('low'), info: sum('info') };
  return `Scans in time: ${severityCounts(counts)}`;
}

function bucketText(seconds: number): string {
  if (seconds < 3600) return `${seconds / 60} min`;
  return seconds < 86_400 ? `${seconds / 3600} h` : `${seconds / 86_400} d`;
}
