import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventCatalogue } from '../events/event-catalogue';
import { ProblemDialects } from '../problems/problem-dialects';
import { GapConfirmation } from './gap-confirmation.service';
import { GapReplay } from './gap-replay.service';
import { GapRetention } from './gap-retention.service';
import { GapConsumer } from './gap.consumer';
import { GapEntity } from './gap.entity';
import { GapsController } from './gaps.controller';
import { Gaps } from './gaps.service';
import { NotificationEntity } from './notification.entity';
import { NotificationsController } from './notifications.controller';
import { spgDialect } from './spg-dialect';
import { spgEventTypes } from './spg.event-types';
import { SpgController } from './spg.controller';
import { SpgJobs } from './spg.jobs';
import { SpgMetrics } from './spg.metrics';
import { SpgService } from './spg.service';
import { NotificationStore } from './store-notifications';
import { WorkOrderEntity } from './work-order.entity';
import { WorkOrderProjector } from './work-order.projector';
import { WorkOrdersController } from './work-orders.controller';
import { WorkOrders } from './work-orders.service';

/** Receives what TFF's Service Partner Gateway sends, knows what became of each work order, and sees what is missing. */
@Module({
  imports: [TypeOrmModule.forFeature([NotificationEntity, WorkOrderEntity, GapEntity])],
  controllers: [SpgController, NotificationsController, WorkOrdersController, GapsController],
  providers: [
    SpgService,
    NotificationStore,
    SpgMetrics,
    WorkOrderProjector,
    WorkOrders,
    GapConsumer,
    Gaps,
    GapConfirmation,
    GapReplay,
    GapRetention,
    SpgJobs,
  ],
})
export class SpgModule {
  constructor(dialects: ProblemDialects, catalogue: EventCatalogue) {
    dialects.register(spgDialect);
    catalogue.register(...spgEventTypes);
  }
}
