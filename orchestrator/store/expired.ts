import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely';
import { ArtefactClass } from '../contract/artefact.ts';
import { UNFINISHED } from './submissions.ts';
import type { LedgerTables } from './tables.ts';

/** Days for which each class of artefact is kept; 0: for ever. */
export type KeepDays = Readonly<Record<ArtefactClass, number>>;

type Artefacts = ExpressionBuilder<LedgerTables, 'artefacts'>;
type Condition = ExpressionWrapper<LedgerTables, 'artefacts', SqlBool>;

const DAY_MS = 86_400_000;

/** When what is of that class and older has been kept for long enough; null: never. */
export function keptUntil(days: number, now: Date): Date | null {
  return days === 0 ? null : new Date(now.getTime() - days * DAY_MS);
}

/**
 * Which uses of stored files are over at `now`: kept for the days of their class, of a submission that has ended, and
 * not what an approval in force rests on (its sample, which is vetted again, its evidence and its report).
 */
export function expired(keep: KeepDays, now: Date): (artefacts: Artefacts) => Condition {
  return (artefacts) => {
    const old = ArtefactClass.options.flatMap((kind) => {
      const before = keptUntil(keep[kind], now);
      if (before === null) return [];
      return [artefacts.and([artefacts('artefacts.class', '=', kind), artefacts('artefacts.created_at', '<', before)])];
    });
    if (old.length === 0) return artefacts.and([artefacts.lit(false)]);
    const unfinished = artefacts
      .selectFrom('submissions')
      .select('submissions.id')
      .whereRef('submissions.id', '=', 'artefacts.submission')
      .where('submissions.state', 'in', [...UNFINISHED]);
    const allowed = artefacts
      .selectFrom('allowances')
      .innerJoin('reports', 'reports.id', 'allowances.report')
      .select('allowances.id')
      .whereRef('reports.submission', '=', 'artefacts.submission')
      .where('allowances.ended_at', 'is', null)
      .where((row) => row.or([row('allowances.until', 'is', null), row('allowances.until', '>=', dayOf(now))]));
    const restedOn = artefacts.and([
      artefacts('artefacts.class', 'in', ['sample', 'evidence', 'report']),
      artefacts.exists(allowed),
    ]);
    return artefacts.and([
      artefacts('artefacts.removed_at', 'is', null),
      artefacts.or(old),
      artefacts.not(artefacts.exists(unfinished)),
      artefacts.not(restedOn),
    ]);
  };
}

/** The last day of an approval counts whole, by UTC. */
function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}
