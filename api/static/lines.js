// Leaflet polylines whose width follows the zoom, dashed in the measure of it, and which can keep to the right-hand side of
// their direction.

const L = window.L;

// zoom: [width of a treated line, width of an untreated one, distance from the centre], pixels
const SIZES = {
  10: [1.2, 0.6, 0.6],
  11: [1.4, 0.7, 0.7],
  12: [2, 0.9, 1.1],
  13: [2.6, 1.1, 1.5],
  14: [3.4, 1.3, 2.1],
  15: [4.6, 1.6, 2.9],
  16: [6, 2, 3.8],
};
const HALO_PX = 8;
const MITRE_MAX = 2;
const NARROW = 0.75; // a foot- and cycleway beside its street
const DASH = 4 / 3; // of the width; style.css draws the legend's swatch so
const GAP = 1;
const SHORTEST_DASH_PX = 3; // shorter ones blur into a paler colour, which would be another age

function sizesAt(zoom) {
  return SIZES[Math.min(16, Math.max(10, Math.round(zoom)))];
}

/** Move pixel points to the right of their direction (screen y points down). */
export function offsetPoints(points, distance) {
  const normals = [];
  for (let i = 1; i < points.length; i += 1) {
    const dx = points[i].x - points[i - 1].x;
    const dy = points[i].y - points[i - 1].y;
    const length = Math.hypot(dx, dy) || 1;
    normals.push([-dy / length, dx / length]);
  }
  return points.map((point, i) => {
    const before = normals[Math.max(0, i - 1)];
    const after = normals[Math.min(normals.length - 1, i)];
    let nx = before[0] + after[0];
    let ny = before[1] + after[1];
    const length = Math.hypot(nx, ny);
    if (length < 1e-6) [nx, ny] = before;
    else {
      const mitre = Math.min(MITRE_MAX, 2 / length); // 1 / cos of half the bend
      nx *= mitre / length;
      ny *= mitre / length;
    }
    return L.point(point.x + nx * distance, point.y + ny * distance);
  });
}

export const StreetLine = L.Polyline.extend({
  options: { noClip: true, smoothFactor: 0, lineJoin: "round", fill: false, opacity: 1 },
  // role: "base", "done" or "halo"; side: 1 right of the geometry, -1 left of it, 0 on it; dashed: whether it is

  _project() {
    const [done, base] = sizesAt(this._map.getZoom());
    const width = { base, done, halo: done + HALO_PX }[this.options.role];
    this.options.weight = this.options.narrow ? width * NARROW : width;
    L.Polyline.prototype._project.call(this);
  },

  _updatePath() {
    const { dashed, weight } = this.options;
    this.options.lineCap = dashed ? "butt" : "round"; // round ends would fill the gaps
    this.options._dashArray = dashed ? [DASH, GAP].map((part) => Math.max(SHORTEST_DASH_PX, part * weight)) : [];
    L.Polyline.prototype._updatePath.call(this);
  },

  _projectLatlngs(latlngs, result, projectedBounds) {
    const first = result.length;
    L.Polyline.prototype._projectLatlngs.call(this, latlngs, result, projectedBounds);
    if (!this.options.side) return;
    const distance = sizesAt(this._map.getZoom())[2] * this.options.side;
    for (let i = first; i < result.length; i += 1) {
      if (result[i].length > 1) result[i] = offsetPoints(result[i], distance);
    }
  },
});
