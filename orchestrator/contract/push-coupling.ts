import { z } from 'zod';

/** What follows pushes: of all the app's sessions, and of each channel. */
export const PushCoupling = z.strictObject({
  mode: z.enum(['real', 'simulated', 'injected', 'none', 'unavailable']),
  pushes: z.array(z.strictObject({ atMs: z.number(), messageId: z.string(), priority: z.string() })),
  coupled: z.number().int(),
  pValue: z.number().nullable(),
  medianLagMs: z.number().nullable(),
  /** How many pushes would be followed if they had come at any time near their own. */
  expectedByChance: z.number().nullable(),
  /** Lags that count as following: those that speak most against chance. */
  window: z.strictObject({ fromMs: z.number(), toMs: z.number() }).nullable(),
  /** 10 %, 50 % and 90 % of the lags of the pushes that were followed. */
  lag: z.strictObject({ lowMs: z.number(), medianMs: z.number(), highMs: z.number() }).nullable(),
  /** Each channel with at least 3 sessions outside foreground; p is corrected for their number. */
  perChannel: z.array(
    z.strictObject({
      channel: z.string(),
      pushes: z.number().int(),
      coupled: z.number().int(),
      expectedByChance: z.number().nullable(),
      pValue: z.number().nullable(),
      medianLagMs: z.number().nullable(),
      significant: z.boolean(),
    }),
  ),
  sentence: z.string(),
});
export type PushCoupling = z.infer<typeof PushCoupling>;
