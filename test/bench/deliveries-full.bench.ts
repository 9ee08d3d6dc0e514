import { KARERE_DISPATCHER, karereWithLog } from './deliverers';
import { deliveriesFor, deliveryRatio, deliveryRow, raceDeliveries } from './delivery-race';
import type { Bench } from './result';
import { startSink } from './sink/start-sink';

/** Whether delivering gets slower with what was delivered already. */
export const deliveriesFull: Bench = {
  name: 'deliveries-full',
  asks: 'the same with a long delivery log, against an empty one',
  async run(context) {
    const { server, cleanUp, options } = context;
    const lanes = [];
    for (const deliverer of [{ ...KARERE_DISPATCHER, name: 'empty' }, karereWithLog(options.logged)]) {
      const databaseUrl = await server.createDatabase(`deliveries_full_${lanes.length}`);
      await deliverer.prepare?.(context, databaseUrl, deliveriesFor(options));
      lanes.push({ deliverer, databaseUrl });
    }
    const sink = await startSink(1, cleanUp);
    const [empty, full] = await raceDeliveries(context, lanes, { sink, origins: sink.origins });
    for (const number of lanes.keys()) await server.dropDatabase(`deliveries_full_${number}`);
    if (!empty || !full) throw new Error('both take part');
    return {
      rows: [empty, full].map((standing) => deliveryRow(standing, empty)),
      targets: [{ what: `${full.name} ÷ empty`, atLeast: 0.9, measured: deliveryRatio(full, empty) }],
    };
  },
};
