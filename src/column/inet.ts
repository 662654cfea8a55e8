/** An address in hexadecimal digits, with `/bits` unless it is one host; null when the text is no address. */
export function canonicalInet(text: string): string | null {
  const [address = '', bits, more] = text.trim().split('/');
  const hex = address.includes(':') ? ipv6(address) : ipv4(address);
  if (hex === null || more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null;
  const all = hex.length * 4;
  if (bits !== undefined && Number(bits) > all) return null;
  return bits === undefined || Number(bits) === all ? hex : `${hex}/${Number(bits)}`;
}

function ipv4(text: string): string | null {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return null;
  return parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('');
}

function ipv6(text: string): string | null {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return null;
  const before = groups(head);
  const after = groups(tail ?? '');
  if (before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return null;
  return [...before, ...Array<string>(missing).fill('0000'), ...after].join('');
}

/** Groups of four digits; the last may be an IPv4 address, which is two of them. */
function groups(text: string): string[] | null {
  if (text === '') return [];
  const parts: string[] = [];
  for (const part of text.split(':')) {
    if (part.includes('.')) {
      const hex = ipv4(part);
      if (hex === null) return null;
      parts.push(hex.slice(0, 4), hex.slice(4));
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) parts.push(part.toLowerCase().padStart(4, '0'));
    else return null;
  }
  return parts;
}
