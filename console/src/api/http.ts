/** Every call of the server by its name; what goes in and out stands with the area of the call. */

import { aircraftCalls } from "./aircraft";
import { alertCalls } from "./alerts";
import { auditCalls } from "./audit";
import { calibrationCalls } from "./calibration";
import { cameraCalls } from "./cameras";
import { coverageCalls } from "./coverage";
import { crossingCalls } from "./crossings";
import { dualCalls } from "./duals";
import { dutyCalls } from "./duty";
import { flightCalls } from "./flights";
import { footageCalls } from "./footage";
import { gateCalls } from "./gates";
import { handoverCalls } from "./handover";
import { imageryCalls } from "./imagery";
import { incidentCalls } from "./incidents";
import { landCalls } from "./land";
import { landAnswerCalls } from "./landanswer";
import { landDataCalls } from "./landdata";
import { landEditCalls } from "./landedit";
import { learningCalls } from "./learning";
import { lookCalls } from "./looks";
import { maskCalls } from "./masks";
import { modelCalls } from "./models";
import { networkCalls } from "./network";
import { nodeCalls } from "./nodes";
import { noticeCalls } from "./notices";
import { orderCalls } from "./orders";
import { patrolCalls } from "./patrols";
import { peopleCalls } from "./people";
import { pictureCalls } from "./pictures";
import { replayCalls } from "./replays";
import { reportCalls } from "./reports";
import { reviewCalls } from "./review";
import { sessionCalls } from "./session";
import { siteCalls } from "./site";
import { sweepCalls } from "./sweeps";
import { weatherCalls } from "./weather";

export const http = {
  ...aircraftCalls,
  ...alertCalls,
  ...auditCalls,
  ...calibrationCalls,
  ...cameraCalls,
  ...coverageCalls,
  ...crossingCalls,
  ...dualCalls,
  ...dutyCalls,
  ...flightCalls,
  ...footageCalls,
  ...gateCalls,
  ...handoverCalls,
  ...imageryCalls,
  ...incidentCalls,
  ...landCalls,
  ...landAnswerCalls,
  ...landDataCalls,
  ...landEditCalls,
  ...learningCalls,
  ...lookCalls,
  ...maskCalls,
  ...modelCalls,
  ...networkCalls,
  ...nodeCalls,
  ...noticeCalls,
  ...orderCalls,
  ...patrolCalls,
  ...peopleCalls,
  ...pictureCalls,
  ...replayCalls,
  ...reportCalls,
  ...reviewCalls,
  ...sessionCalls,
  ...siteCalls,
  ...sweepCalls,
  ...weatherCalls,
};
