/** Offsets of the API count characters; JavaScript's count halves of some of them (emoji). */

/** Return a function from offsets of the API to offsets of `text`. */
export function offsetsOf(text: string): (offset: number) => number {
  const pairs: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text.codePointAt(at)! > 0xffff) {
      pairs.push(at - pairs.length);
      at += 1;
    }
  }
  return (offset) => {
    let low = 0;
    let high = pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return offset + low;
  };
}
