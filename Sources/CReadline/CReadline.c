#include "CReadline.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

static creadline_completer completer;
static creadline_lister lister;
static char *ended_line;
static creadline_event event;

static void end(char *line) {
  // Before anything else is written, so that it meets the terminal as it was.
  rl_callback_handler_remove();
  ended_line = line;
  event = line ? CREADLINE_LINE : CREADLINE_END;
}

// With no character that breaks words, the word is all of the line up to the cursor.
static char **complete(const char *text, int first, int last) {
  bool appends_blank = true;
  char **matches = completer(text, &appends_blank);
  rl_attempted_completion_over = 1;
  rl_completion_append_character = appends_blank ? ' ' : '\0';
  return matches;
}

static void display(char **matches, int count, int longest) { lister(); }

void creadline_prepare(const char *name, creadline_completer complete_line, creadline_lister list) {
  completer = complete_line;
  lister = list;
  // It outlives the caller's text.
  rl_readline_name = strdup(name);
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  // Else programs that are started would believe in a size that is no longer so.
  rl_change_environment = 0;
  rl_attempted_completion_function = complete;
  rl_completer_word_break_characters = "";
  rl_completer_quote_characters = NULL;
  rl_sort_completion_matches = 0;
  rl_completion_display_matches_hook = display;
  using_history();
}

void creadline_begin(const char *prompt) {
  event = CREADLINE_TYPING;
  rl_callback_handler_install(prompt, end);
}

creadline_event creadline_read(char **line) {
  rl_callback_read_char();
  *line = ended_line;
  ended_line = NULL;
  return event;
}

void creadline_abandon(void) { rl_callback_handler_remove(); }

void creadline_clear(const char *prompt) {
  rl_callback_sigcleanup();
  rl_free_line_state();
  rl_point = rl_end;
  rl_redisplay();
  rl_echo_signal_char(SIGINT);
  rl_crlf();
  rl_replace_line("", 1);
  rl_mark = 0;
  // As each line begins.
  if (rl_editing_mode == 0) rl_vi_insertion_mode(1, 0);
  // The keys for earlier lines begin with the latest again.
  using_history();
  rl_set_prompt(prompt);
  rl_on_new_line();
  rl_redisplay();
}

void creadline_set_prompt(const char *prompt) {
  rl_clear_visible_line();
  rl_set_prompt(prompt);
  rl_on_new_line();
  rl_redisplay();
}

void creadline_write_above(const char *text) {
  rl_clear_visible_line();
  fputs(text, rl_outstream);
  fflush(rl_outstream);
  rl_on_new_line();
  rl_redisplay();
}

void creadline_write_below(const char *text) {
  rl_crlf();
  fputs(text, rl_outstream);
  fflush(rl_outstream);
  rl_on_new_line();
  rl_forced_update_display();
}

bool creadline_is_searching(void) {
  return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG);
}

void creadline_resize(void) { rl_resize_terminal(); }

void creadline_suspend(void) { rl_deprep_terminal(); }

void creadline_resume(void) {
  rl_prep_terminal(1);
  rl_resize_terminal();
  rl_on_new_line();
  rl_forced_update_display();
}

void creadline_remember(const char *line, bool removes_equal, int limit) {
  for (int index = history_length - 1; removes_equal && index >= 0; index--) {
    HIST_ENTRY *entry = history_get(history_base + index);
    if (entry && strcmp(entry->line, line) == 0) free_history_entry(remove_history(index));
  }
  add_history(line);
  if (history_length > limit) free_history_entry(remove_history(0));
}

char *creadline_filename(const char *prefix, int state) {
  return rl_filename_completion_function(prefix, state);
}
