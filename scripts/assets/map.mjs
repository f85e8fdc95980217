// Draw the map of central Europe on which partners stand, from Natural Earth (public domain).
// Run by hand when the section of the map changes; the result is committed:
//
//     npm i world-atlas topojson-client topojson-simplify d3-geo
//     node scripts/assets/map.mjs node_modules querwerk/core/templates/core/maps
//
// The projection is repeated in querwerk/core/maps/__init__.py; it prints the figures to keep there.
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [packages, target] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(resolve(packages, file)));
const { geoConicConformal, geoPath } = await load("d3-geo/dist/d3-geo.mjs");
const { feature, mesh } = await load("topojson-client/src/index.js");
const { presimplify, simplify, quantile } = await load("topojson-simplify/src/index.js");

const WIDTH = 720;
const HEIGHT = 620;
const CORNERS = { type: "MultiPoint", coordinates: [[3.2, 49.4], [13, 43.9], [24.2, 50], [14, 54.9], [5, 44.6]] };
const MEMBERS = new Set(["040", "056", "203", "276", "380", "616", "705"]); // AT BE CZ DE IT PL SI

const atlas = JSON.parse(readFileSync(resolve(packages, "world-atlas/countries-50m.json")));
const measured = presimplify(atlas);
const light = simplify(measured, quantile(measured, 0.8));
const projection = geoConicConformal().rotate([-13, 0]).parallels([45, 53]).fitExtent([[12, 12], [WIDTH - 12, HEIGHT - 12]], CORNERS);
projection.clipExtent([[0, 0], [WIDTH, HEIGHT]]);
const path = geoPath(projection).digits(0);
const countries = light.objects.countries;
const isMember = (shape) => MEMBERS.has(shape.id);
const only = (test) => ({ ...countries, geometries: countries.geometries.filter(test) });
// Absolute lines of whole numbers become relative ones: half the bytes.
const short = (d) => {
  let x = 0;
  let y = 0;
  return d.replace(/([ML])(-?\d+),(-?\d+)/g, (_, kind, to_x, to_y) => {
    const [nx, ny] = [Number(to_x), Number(to_y)];
    const step = kind === "M" ? `M${nx} ${ny}` : nx === x && ny === y ? "" : `l${nx - x} ${ny - y}`;
    [x, y] = [nx, ny];
    return step;
  }).replace(/ -/g, "-").replace(/M\d+ \d+-?\d*Z/g, "")
    // One “l” for a whole run of lines: what follows it are lines, too.
    .replace(/(?<=l[-\d ]+)l(?=-)/g, "").replace(/(?<=l[-\d ]+)l/g, " ");
};
const draw = (shape) => short(path(shape) ?? "");
const rest = draw(feature(light, only((shape) => !isMember(shape))));
const members = draw(feature(light, only(isMember)));
const borders = draw(mesh(light, only(isMember), (a, b) => a !== b));

mkdirSync(target, { recursive: true });
writeFileSync(resolve(target, "central-europe.svg"),
  `<path class="map__land" fill="currentColor" fill-opacity=".06" d="${rest}"/>` +
  `<path class="map__land map__land--member" fill="currentColor" fill-opacity=".16" d="${members}"/>` +
  `<path class="map__border" fill="none" stroke="currentColor" d="${borders}"/>`);
writeFileSync(resolve(target, "central-europe.box"), `0 0 ${WIDTH} ${HEIGHT}`);
console.log("scale", projection.scale(), "translate", projection.translate(), "Chemnitz", projection([12.92, 50.83]), "Padova", projection([11.88, 45.41]), "Genk", projection([5.5, 50.97]), "Bielsko", projection([19.04, 49.82]));
