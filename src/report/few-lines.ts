/** Lines of one kind, of which a screen has room for a few: the others are counted. */
export interface FewLines {
  readonly count: number;
  say(line: string): void;
  /** What there were beyond the room is said as one line, and counting begins anew. @param more of so many */
  end(more: (left: number) => string): void;
}

/** Of one task; the recap names every host in trouble. */
const most = 10;

export function fewLines(say: (line: string) => void): FewLines {
  let count = 0;
  return {
    get count() {
      return count;
    },
    say(line) {
      count += 1;
      if (count <= most) say(line);
    },
    end(more) {
      if (count > most) say(more(count - most));
      count = 0;
    },
  };
}
