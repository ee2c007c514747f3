/* Stands in for libedit, which nft loads only for its interactive mode (-i): that ends at once. */
#include <stdio.h>

FILE *rl_instream;
FILE *rl_outstream;
char *rl_prompt;
const char *rl_readline_name;
int history_length;

char *readline(const char *prompt);
char *readline(const char *prompt)
{
	(void)prompt;
	return NULL;
}

int read_history(const char *file);
int read_history(const char *file)
{
	(void)file;
	return 0;
}

int write_history(const char *file);
int write_history(const char *file)
{
	(void)file;
	return 0;
}

int add_history(const char *line);
int add_history(const char *line)
{
	(void)line;
	return 0;
}

void *history_get(int number);
void *history_get(int number)
{
	(void)number;
	return NULL;
}

int history_set_pos(int position);
int history_set_pos(int position)
{
	(void)position;
	return 0;
}

void rl_deprep_terminal(void);
void rl_deprep_terminal(void)
{
}

int rl_set_prompt(const char *prompt);
int rl_set_prompt(const char *prompt)
{
	(void)prompt;
	return 0;
}
