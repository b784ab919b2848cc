/* frame_numbers.h
 * The numbers of frames, where a read filter (tshark -2 -R) takes some away.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * On the first pass a frame that the filter drops bears the number that the next frame bears as
 * well. So what is recorded is named by numbers of its own, each given once and in order; without a
 * filter they are the frame numbers. What is shown are frame numbers.
 */
#ifndef SX_FRAME_NUMBERS_H
#define SX_FRAME_NUMBERS_H

#include <glib.h>
#include <stdint.h>

struct sx_frame_numbers {
    GArray *dropped; /* struct sx_dropped, in order; NULL: none was */
    uint32_t newest; /* frame number */
};

/* Call sx_frame_numbers_clear() at the end. All zero to begin with. */
void sx_frame_numbers_clear(struct sx_frame_numbers *numbers);

/* The own number of the next frame on the first pass. */
uint32_t sx_frame_numbers_add(struct sx_frame_numbers *numbers, uint32_t frame);

/* The own number of a frame that is looked at again. */
uint32_t sx_frame_numbers_own(const struct sx_frame_numbers *numbers, uint32_t frame);

/* The frame number of an own number; 0 if the frame was dropped, or may have been: of the last one
 * nothing tells. */
uint32_t sx_frame_numbers_shown(const struct sx_frame_numbers *numbers, uint32_t own);

#endif
