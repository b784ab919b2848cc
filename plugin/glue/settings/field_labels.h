/* field_labels.h
 * What the plugin's fields, expert infos and values are called, in the language that is set.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FIELD_LABELS_H
#define SX_FIELD_LABELS_H

/* Gives all that is registered for the protocol its label, description and names of values. Names
 * in filters, types and numbers stay. To call after the registration and when the language
 * changes. */
void sx_field_labels_show(int proto);

#endif
