import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { NotificationEntity } from '../../../src/spg/notification.entity';
import { receiveNotification } from '../../../src/spg/received-notification';
import { type Receipt, SpgService } from '../../../src/spg/spg.service';
import { runKarereWith } from './karere-with';

/** What one writes first: check the body, `repository.save()`, answer. It does not even state a domain event. */
@Injectable()
class SaveEach implements Pick<SpgService, 'receive'> {
  constructor(
    @InjectRepository(NotificationEntity) private readonly repository: Repository<NotificationEntity>,
  ) {}

  async receive(body: unknown, original: Buffer, transactionId: string): Promise<Receipt> {
    const { data, repaired } = receiveNotification(body, original, transactionId);
    await this.repository.save({
      eventId: data.eventId,
      eventTimestamp: new Date(data.eventTimestamp),
      notificationType: data.notificationType,
      wonum: data.wonum,
      transactionId,
      body: original,
      repaired,
    });
    return { eventId: data.eventId, status: 'accepted' };
  }
}

runKarereWith((builder) => builder.overrideProvider(SpgService).useClass(SaveEach));
