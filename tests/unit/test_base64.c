/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/base64.c
#include "check.h"
#include "console/base64.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool decode(const char *text, size_t size, char *into, size_t *length)
{
	uint8_t bytes[64] = { 0 };
	bool right = base64_decode(text, strlen(text), bytes, size, length);

	if (right) {
		memcpy(into, bytes, *length);
		into[*length] = '\0';
	}
	return right;
}

/* RFC 4648, section 10, and white space. */
static const struct {
	const char *text, *bytes;
} right[] = {
	{ "", "" },
	{ "Zg==", "f" },
	{ "Zm8=", "fo" },
	{ "Zm9v", "foo" },
	{ "Zm9vYg==", "foob" },
	{ "Zm9vYmE=", "fooba" },
	{ "Zm9vYmFy", "foobar" },
	{ "+/+/", "\xfb\xff\xbf" },
	{ " Z\tm9v\r\nYm\nFy \n", "foobar" },
	{ "Zg= =\n", "f" },
};

static const char *const wrong[] = {
	"Z",
	"Zg",
	"Zm8",
	"Zg=",
	"Zg===",
	"Zm8==",
	"Zm9v=",
	"=",
	"==",
	"====",
	"Z===",
	"Zh==",     /* the last character's lowest bits belong to no byte */
	"Zm9=",
	"Zg==Zg==", /* padding is the end */
	"Zg==x",
	"Zg=x",
	"Zg=A",     /* padding is not in the middle, either, where all else would be right */
	"=Zm8",
	"Zm9v-",
	"Zm9v_",
	"Zm9v!",
	"Zm\v9v",
	"Zm9v\x80",
	"Zm9v.",
	/* where all else would be right */
	"Zm9-",
	"Zm_v",
	"Z!9v",
	".m9v",
	"Zm\v9",
	"Zm9\x80",
};

static void right_ones_are_taken(void)
{
	for (size_t i = 0; i < COUNT(right); i++) {
		char bytes[64] = "nothing";
		size_t length = 99;

		CHECK(decode(right[i].text, sizeof(bytes) - 1, bytes, &length));
		CHECK_TEXT(bytes, right[i].bytes);
	}
}

static void wrong_ones_are_refused(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		char bytes[64];
		size_t length;

		if (decode(wrong[i], sizeof(bytes) - 1, bytes, &length))
			CHECK_TEXT(wrong[i], "refused");
	}
	uint8_t bytes[8];
	size_t length;

	CHECK(!base64_decode("Zm9v\0Zm9v", 9, bytes, sizeof(bytes), &length));
}

static void what_does_not_fit_is_refused(void)
{
	uint8_t bytes[4] = { 1, 2, 3, 4 };
	size_t length;

	CHECK(base64_decode("Zm9v", 4, bytes, 3, &length) && length == 3 && bytes[3] == 4);
	CHECK(!base64_decode("Zm9vYg==", 8, bytes, 3, &length) && bytes[3] == 4);
}

static void every_byte_comes_back(void)
{
	uint8_t bytes[256], back[256];
	char text[BASE64_SIZE(256) + 2];
	size_t length;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (size_t count = 0; count <= sizeof(bytes); count++) {
		base64_encode(bytes, count, text);
		CHECK(strlen(text) == (count * 8 + 5) / 6);
		strcat(text, count % 3 == 1 ? "==" : count % 3 == 2 ? "=" : "");
		CHECK(base64_decode(text, strlen(text), back, sizeof(back), &length));
		CHECK(length == count && memcmp(bytes, back, count) == 0);
	}
}

int main(void)
{
	right_ones_are_taken();
	wrong_ones_are_refused();
	what_does_not_fit_is_refused();
	every_byte_comes_back();
	return checks_end();
}
