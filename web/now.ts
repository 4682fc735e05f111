import { useEffect, useState } from 'preact/hooks';

/** Milliseconds since 1970; the view is drawn again every ten seconds, so that “3 min ago” stays true. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
