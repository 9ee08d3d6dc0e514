import { request, Agent } from 'undici';
import { startGateway } from './support/gateway';
import { itasMessage } from './support/itas-message';
import { emptyMailbox, connectorFor } from './support/itas-polling';
import { ItasServer } from './support/itas-server';

const N = 1500;
for (const delayMs of [0, 3]) {
  it(`delay ${delayMs}`, async () => {
    const itas = await ItasServer.start({ delayMs });
    const gateway = await startGateway();
    const n = delayMs ? 300 : N;
    const c = connectorFor(gateway, { ...itas.environment(1, '3-8'), ITAS_TIMEOUT_MS: '10000', LOG_LEVEL: 'info' });
    await emptyMailbox(c);
    const agent = new Agent();
    const headers = { clientkey: itas.clientKey, hmac: itas.hmac };
    const bare = async () => {
      const id = itas.mailbox().subscriberId;
      for (let k = 0; k < n; k++) {
        const p = await (await request(`${itas.url}/Events/Peek?subscriberId=${id}&timeout=0`, { headers, dispatcher: agent })).body.json() as any;
        const r = await (await request(`${itas.url}/Events/Receive?subscriberId=${id}&messageId=${p.NextMessageId}&lockTimeout=30`, { method: 'POST', headers, dispatcher: agent })).body.json() as any;
        await (await request(`${itas.url}/Events/Confirm?subscriberId=${id}&messageId=${p.NextMessageId}&lockid=${r.LockId}`, { method: 'DELETE', headers, dispatcher: agent })).body.text();
      }
    };
    const fill = () => { for (let k = 0; k < n; k++) itas.publish(itasMessage('TID-013')); };
    const time = async (f: () => Promise<unknown>) => { const s = performance.now(); await f(); return Math.round(n / (performance.now() - s) * 1000); };
    for (let round = 0; round < 2; round++) {
      fill(); const b = await time(bare);
      fill();
      c.start();
      const s = performance.now();
      const target = itas.mailbox().confirmed.length + n;
      while (itas.mailbox().confirmed.length < target) await new Promise((r) => setTimeout(r, 5));
      const k = Math.round(n / (performance.now() - s) * 1000);
      await c.stop();
      console.log(delayMs, 'bare/s', b, 'karere/s', k, (k / b).toFixed(2));
    }
    await c.close(); await agent.close(); await gateway.close(); await itas.stop();
  });
}
