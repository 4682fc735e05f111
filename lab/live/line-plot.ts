/** A plot of lines over time as SVG, for the documentation: no library is worth it. */

export interface Line {
  readonly label: string;
  readonly colour: string;
  /** In the order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

const width = 720;
const height = 320;
const left = 60;
const right = 150;
const top = 40;
const bottom = 50;

/** y begins at zero: what looks flat is flat. */
export function linePlot({ title, x, y, lines }: Plot): string {
  const all = lines.flatMap(({ points }) => points);
  const mostX = Math.max(1, ...all.map(([value]) => value));
  const stepY = niceStep(Math.max(1, ...all.map(([, value]) => value)) / 5);
  const mostY = stepY * Math.ceil((Math.max(...all.map(([, value]) => value)) * 1.05) / stepY);
  const placeX = (value: number) => round(left + (value / mostX) * (width - left - right));
  const placeY = (value: number) => round(height - bottom - (value / mostY) * (height - top - bottom));
  const parts: string[] = [text(width / 2 - 40, 22, title, 'middle', 15)];
  for (let value = 0; value <= mostY + stepY / 2; value += stepY) {
    parts.push(`<path d="M${left} ${placeY(value)}H${width - right}" stroke="#ddd"/>`);
    parts.push(text(left - 8, placeY(value) + 4, String(value), 'end'));
  }
  const stepX = niceStep(mostX / 8);
  for (let value = 0; value <= mostX; value += stepX) {
    parts.push(text(placeX(value), height - bottom + 18, String(value), 'middle'));
  }
  for (const { colour, points, label } of lines) {
    const path = points.map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${placeX(px)} ${placeY(py)}`).join('');
    parts.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    const last = points.at(-1);
    if (last) parts.push(text(width - right + 8, placeY(last[1]) + 4, label, 'start', 12, colour));
  }
  parts.push(text((left + width - right) / 2, height - 12, x, 'middle'));
  parts.push(text(12, top - 12, y, 'start'));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

/** 1, 2 or 5 and zeros. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((factor) => factor * power >= least) as number) * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function text(x: number, y: number, value: string, anchor: string, size = 12, colour = '#333'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${colour}">${value}</text>`;
}
