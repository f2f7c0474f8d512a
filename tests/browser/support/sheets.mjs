// Contact sheets: all pictures of a state beside each other, a few states to a sheet, so that a person can look at them all.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './chromium.mjs';
import { required } from './environment.mjs';

const PICTURE = /^(?<subject>.+?)(?:-(?:de|es|ja|mirrored))?-(?<width>\d+)-(?<shade>light|dark)\.png$/;
const ROWS = 4;

/**
 * Lays out the pictures whose names begin like this, by default all, as `sheets/{prefix}{n}.png` beside them; gives the paths.
 * A row is one subject; of wide pictures the middle is shown.
 */
export async function layOut(prefix = '') {
  const folder = required('BYO_SCREENSHOTS');
  const sheets = join(folder, 'sheets');
  await mkdir(sheets, { recursive: true });
  const rows = await rowsOf(folder, prefix);
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1720, height: 400 } });
    const paths = [];
    for (let first = 0; first < rows.length; first += ROWS) {
      const path = join(sheets, `${prefix}${String(first / ROWS + 1).padStart(2, '0')}.png`);
      await page.setContent(STYLE);
      await page.evaluate(draw, await withBytes(folder, rows.slice(first, first + ROWS)));
      await page.screenshot({ path, fullPage: true });
      paths.push(path);
    }
    return paths;
  } finally {
    await browser.close();
  }
}

/** The pictures by what they show, in the order of their names. */
async function rowsOf(folder, prefix) {
  const rows = new Map();
  const pictures = (await readdir(folder)).filter((name) => name.startsWith(prefix) && PICTURE.test(name));
  for (const name of pictures.sort(byWidth)) {
    const { subject } = name.match(PICTURE).groups;
    rows.set(subject, [...(rows.get(subject) ?? []), name]);
  }
  return [...rows];
}

/** Narrow before wide, light before dark, else by name. */
function byWidth(one, other) {
  const [a, b] = [one, other].map((name) => name.match(PICTURE).groups);
  return a.subject.localeCompare(b.subject) || a.width - b.width || b.shade.localeCompare(a.shade) || one.localeCompare(other);
}

function withBytes(folder, rows) {
  const read = (name) => readFile(join(folder, name), 'base64');
  return Promise.all(rows.map(async ([subject, names]) => ({ subject, pictures: await Promise.all(names.map(read)) })));
}

const STYLE = `<!doctype html><meta charset="utf-8"><style>
  body { margin: 12px; background: #7a7f87; font: 13px system-ui, sans-serif; color: #fff; }
  h2 { margin: 10px 0 4px; font-size: 15px; }
  .row { display: flex; gap: 8px; align-items: flex-start; }
</style>`;

/** Runs in the sheet. Below its last line a picture is cut off, and beside its middle. */
async function draw(rows) {
  const WIDEST = 480;
  for (const { subject, pictures } of rows) {
    const title = document.createElement('h2');
    title.textContent = subject;
    const row = document.createElement('div');
    row.className = 'row';
    for (const data of pictures) {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      const width = Math.min(image.width, WIDEST);
      Object.assign(canvas, { width, height: image.height });
      const pen = canvas.getContext('2d', { willReadFrequently: true });
      pen.drawImage(image, (width - image.width) / 2, 0);
      const kept = pen.getImageData(0, 0, width, lastLine(pen, canvas));
      canvas.height = kept.height;
      pen.putImageData(kept, 0, 0);
      row.append(canvas);
    }
    document.body.append(title, row);
  }

  function lastLine(pen, { width, height }) {
    const pixels = new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer);
    const last = pixels.findLastIndex((pixel) => pixel !== pixels[0]);
    return Math.min(height, Math.ceil((last + 1) / width) + 16);
  }
}

// `node tests/browser/support/sheets.mjs [prefix]…`
if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const prefix of process.argv.length > 2 ? process.argv.slice(2) : ['']) console.log((await layOut(prefix)).join('\n'));
}
