import { openBrowser, bundle } from './browser.js';
import { race } from './race.js';
import { raceRow } from '../report.js';
import { inPage } from './browser.js';
const b = await openBrowser(); const s = await bundle('stream-page.js'); let sd; try { sd = await bundle('streamdown.js'); } catch (e) { console.log(e.message) }
console.log(s.length, sd?.length);
const t = Date.now();
const names=['floor','floor, once a frame','floor, every task','own','own, every task','marked','markdown-it','streamdown'];
const r = await race(b, names.map(name=>({name, tokens: 20000, scripts: name==='streamdown'?[s,sd]:[s], rounds: /mark|down/.test(name)?1:3})), 3);
for (const one of r) raceRow(one, {base: r[0], unit:'ms'});
console.log(Date.now()-t);
await inPage(b,[s],async page=>{for (const name of ['floor','own','own, every task','floor, every task','marked, every task']) console.log(name, await page.evaluate((name)=>globalThis.mutations({name,tokens:2000}),name))});
await b.close();
