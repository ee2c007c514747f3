/* SPDX-License-Identifier: Apache-2.0 */
/* The container of the comparison of OCI runtimes: ends at once. */
int main(void)
{
	return 0;
}
