import { renderSVG } from 'uqr';

/** A QR code as an SVG document, black on white in every colour scheme, because scanners need it. */
export function qrCode(text: string): string {
  return renderSVG(text, { ecc: 'M', border: 3, pixelSize: 4 });
}
