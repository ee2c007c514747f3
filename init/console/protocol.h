/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the console says to a person and to scripts/break-glass: the words that a program may look for.
 * README.md, "Protocol", explains them. Lines end with CR LF.
 */
#pragma once

#define PROTOCOL_INVITATION      "Press Enter to break glass."
#define PROTOCOL_NO_KEYS         "no break-glass key in this image"
#define PROTOCOL_CHALLENGE_BEGIN "-----BEGIN HOLDFAST CHALLENGE-----"
#define PROTOCOL_CHALLENGE_END   "-----END HOLDFAST CHALLENGE-----"
#define PROTOCOL_PROMPT          "signature: "     /* without an end of line; for each signature */
#define PROTOCOL_ACCEPTED        "accepted: "      /* NAME, N more needed */
#define PROTOCOL_REFUSED         "refused: "       /* REASON; the prompt comes again after the delay */
#define PROTOCOL_WITHDRAWN       "withdrawn: "     /* REASON; Enter gives a new challenge */
#define PROTOCOL_OPEN            "session: "       /* opened for NAME[, NAME…]; what follows is the shell's */
#define PROTOCOL_CLOSED          "session ended: " /* REASON */
#define PROTOCOL_NO_SESSION      "no session: "    /* REASON: it could not be opened */
#define PROTOCOL_SHELL           "break-glass# "   /* the shell's prompt */
