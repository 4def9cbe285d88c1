/** Keys of the words that notices and their channels are told in. */

export const occasionKey = (occasion: string): string => `occasion.${occasion}`;
export const channelKindKey = (kind: string): string => `channel_kind.${kind}`;
export const mailSecurityKey = (security: string): string => `mail_security.${security}`;
export const payloadKey = (payload: string): string => `payload.${payload}`;
export const deliveryStateKey = (state: string): string => `delivery_state.${state}`;
export const skipReasonKey = (reason: string): string => `skip_reason.${reason}`;
export const noticeTroubleKey = (code: string): string => `notice_trouble.${code}`;
