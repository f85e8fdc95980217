// Measures pages with Lighthouse (mobile): `node scripts/lighthouse.mjs CHROME RUNS ADDRESS…`.
// Prints one JSON list; each score is the median of the runs.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [chromePath, runs, ...addresses] = process.argv.slice(2);
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const categories = ["performance", "accessibility", "best-practices", "seo"];

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function measure(port, address) {
  // Now and then Chromium paints nothing and Lighthouse has no figures: such a run says nothing.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const { lhr } = await lighthouse(address, { port, onlyCategories: categories, logLevel: "silent" });
    if (lhr.runtimeError) console.error(`${address}: ${lhr.runtimeError.message}`);
    else if (lhr.audits["first-contentful-paint"].numericValue) return lhr;
  }
  throw new Error(`${address} could not be measured three times running`);
}

function lost({ audits, categories: all }) {
  return Object.values(all)
    .filter(({ id }) => id !== "performance")
    .flatMap(({ id, auditRefs }) => auditRefs.filter(({ id: audit, weight }) => weight > 0 && audits[audit].score !== null && audits[audit].score < 1).map(({ id: audit }) => `${id}: ${audits[audit].title}`));
}

const chrome = await launch({ chromePath, chromeFlags: flags });
try {
  const results = [];
  for (const address of addresses) {
    const reports = [];
    for (let run = 0; run < Number(runs); run += 1) reports.push(await measure(chrome.port, address));
    const scores = Object.fromEntries(categories.map((id) => [id, Math.round(100 * median(reports.map((report) => report.categories[id].score)))]));
    const bytes = reports[0].audits["total-byte-weight"].numericValue;
    results.push({ address, scores, bytes, lost: lost(reports[0]) });
  }
  console.log(JSON.stringify(results));
} finally {
  chrome.kill();
}
