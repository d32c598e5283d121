import { Fault } from '../../../orchestrator/contract/fault.ts';
import type { Egress } from './egress.ts';
import { createLiveEgress } from './live.ts';
import { createSealedEgress } from './sealed.ts';

/** The far end by its name. `allow` are CIDR ranges of private or loopback upstreams that a live run may reach. */
export function openEgress(
  mode: 'sealed' | 'recorded' | 'live',
  options: { readonly allow?: readonly string[] } = {},
): Egress {
  switch (mode) {
    case 'sealed':
      return createSealedEgress();
    case 'live':
      return createLiveEgress(options);
    case 'recorded':
      throw new Fault('usage', 'recorded answers are not available yet: choose sealed, or live on purpose');
  }
}
