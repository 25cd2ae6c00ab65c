import Papa from 'papaparse';
import type { StoredFile } from './files.ts';

/** What a text or CSV file contains, and the numbers that a chart of it shows. */
export interface FileSummary {
  readonly filename: string;
  readonly kind: 'table' | 'text';
  readonly lines: number;
  readonly columns?: readonly string[];
  readonly statistics?: Readonly<Record<string, { min: number; max: number; mean: number; total: number }>>;
  readonly words?: number;
  readonly chart: { readonly title: string; readonly bars: readonly { label: string; value: number }[] };
}

const MAX_BARS = 12;

export function summarise(file: StoredFile): FileSummary {
  const text = file.content.toString('utf8');
  const isTable = file.mediaType === 'text/csv' || file.filename.toLowerCase().endsWith('.csv');
  return isTable ? summariseTable(file.filename, text) : summariseText(file.filename, text);
}

function summariseTable(filename: string, text: string): FileSummary {
  const { data, meta } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  const columns = meta.fields ?? [];
  const numeric = columns.filter((name) => data.length > 0 && data.every((row) => isNumber(row[name])));
  const statistics = Object.fromEntries(
    numeric.map((name) => {
      const values = data.map((row) => Number(row[name]));
      const total = values.reduce((sum, value) => sum + value, 0);
      return [
        name,
        {
          min: Math.min(...values),
          max: Math.max(...values),
          mean: round(total / values.length),
          total: round(total),
        },
      ];
    }),
  );
  const label = columns.find((name) => !numeric.includes(name)) ?? columns[0] ?? '';
  const value = numeric.at(-1) ?? '';
  const sums = new Map<string, number>();
  for (const row of data) {
    const key = row[label] ?? '';
    sums.set(key, (sums.get(key) ?? 0) + (value ? Number(row[value]) : 1));
  }
  return {
    filename,
    kind: 'table',
    lines: data.length,
    columns,
    statistics,
    chart: { title: value ? `${value} by ${label}` : `rows by ${label}`, bars: largest(sums) },
  };
}

function summariseText(filename: string, text: string): FileSummary {
  const words = text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return {
    filename,
    kind: 'text',
    lines: text.split('\n').length,
    words: text.match(/\S+/g)?.length ?? 0,
    chart: { title: 'Most frequent words', bars: largest(counts) },
  };
}

function largest(sums: ReadonlyMap<string, number>) {
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_BARS)
    .map(([label, value]) => ({ label, value: round(value) }));
}

/** A bar chart as SVG text, readable on light and dark. */
export function barChart({ title, bars }: FileSummary['chart']): string {
  const row = 28;
  const height = 56 + bars.length * row;
  const max = Math.max(...bars.map((bar) => bar.value), 1);
  const rows = bars.map(({ label, value }, index) => {
    const y = 48 + index * row;
    const width = Math.max(2, Math.round((Math.max(value, 0) / max) * 300));
    return `<text x="132" y="${y + 14}" text-anchor="end" class="t">${escapeXml(label.slice(0, 18))}</text>
<rect x="140" y="${y}" width="${width}" height="20" rx="4" fill="#5b76ea"/>
<text x="${148 + width}" y="${y + 14}" class="t">${value}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 540 ${height}" width="540" height="${height}" role="img">
<style>.t{font:13px system-ui,sans-serif;fill:#4a4f59}.h{font:600 15px system-ui,sans-serif;fill:#1d1f23}</style>
<rect width="540" height="${height}" fill="#fff"/>
<text x="20" y="28" class="h">${escapeXml(title)}</text>
${rows.join('\n')}
</svg>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`).replace(/\p{Cc}/gu, ' ');
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '' && Number.isFinite(Number(text));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
