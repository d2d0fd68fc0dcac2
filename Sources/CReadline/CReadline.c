#include "CReadline.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <readline/history.h>
#include <readline/readline.h>

static creadline_completer completer;
static creadline_lister lister;
static char *ended_line;
static creadline_event event;

// readline waits for keys wherever it wants one, and signals, which are blocked, cannot end that. So
// it gets its keys from here, and it is called only when there is one.

static int signals;
static struct {
  unsigned char *bytes;
  // The bytes in `bytes`; those of them that readline may have, and those that it has taken.
  size_t count, released, taken, capacity;
  // How much of the mark that is looked for has been read.
  size_t matched;
  bool is_pasting, has_hung_up;
  // The bytes at the end that do not make a whole character yet.
  size_t unfinished;
  mbstate_t character;
  // Something of the line was not valid UTF-8, and has been left out.
  bool is_unreadable;
} keys;

static const char paste_begins[] = "\033[200~", paste_ends[] = "\033[201~";

static void forget_keys(void) {
  keys.count = keys.released = keys.taken = keys.matched = keys.unfinished = 0;
  memset(&keys.character, 0, sizeof keys.character);
  keys.is_pasting = keys.is_unreadable = false;
}

static void hold(unsigned char byte) {
  if (keys.taken == keys.count) keys.count = keys.released = keys.taken = 0;
  if (keys.count == keys.capacity) {
    keys.capacity = keys.capacity * 2 + 64;
    keys.bytes = realloc(keys.bytes, keys.capacity);
    if (!keys.bytes) abort();
  }
  keys.bytes[keys.count++] = byte;
}

// Counts a byte to the character that it is part of. What is part of none is left out: readline would
// drop it without a word, or put it before the next character. False for such a byte.
static bool add_to_character(unsigned char byte) {
  size_t length = mbrtowc(NULL, (const char *)&byte, 1, &keys.character);
  if (length != (size_t)-1) {
    hold(byte);
    keys.unfinished = length == (size_t)-2 ? keys.unfinished + 1 : 0;
    return true;
  }
  bool was_first = keys.unfinished == 0;
  keys.is_unreadable = true;
  memset(&keys.character, 0, sizeof keys.character);
  keys.count -= keys.unfinished;
  keys.unfinished = 0;
  return !was_first && add_to_character(byte);
}

// A character and a paste are held back until they are complete: within them, readline waits for the
// rest.
static void add_key(unsigned char byte) {
  if (!add_to_character(byte)) return;
  const char *mark = keys.is_pasting ? paste_ends : paste_begins;
  keys.matched = byte == mark[keys.matched] ? keys.matched + 1 : byte == mark[0];
  if (!mark[keys.matched]) {
    keys.is_pasting = !keys.is_pasting;
    keys.matched = 0;
  }
  if (!keys.is_pasting && !keys.unfinished) keys.released = keys.count;
}

bool creadline_has_key(void) { return keys.taken < keys.released || keys.has_hung_up; }

// Takes keys from the terminal until there is one for readline, and returns whether there is. No more
// is taken, because what follows a line may be meant for the command in it. What follows a signal, such
// as that of Ctrl-C, stays where it is until the signal has had its effect.
static bool find_key(int milliseconds) {
  while (!creadline_has_key()) {
    struct pollfd polls[] = {
        {.fd = STDIN_FILENO, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    if (poll(polls, 2, milliseconds) == 0 || polls[1].revents) break;
    unsigned char byte;
    ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count == 1) {
      add_key(byte);
    } else {
      // Nothing to read looks like the end of a terminal, but for POLLHUP.
      keys.has_hung_up =
          count < 0 ? errno != EAGAIN && errno != EINTR : polls[0].revents & POLLHUP;
    }
  }
  return creadline_has_key();
}

static int next_key(FILE *stream) {
  if (!find_key(-1)) return READERR;
  return keys.has_hung_up ? EOF : keys.bytes[keys.taken++];
}

// Whether a key comes within the time that readline is ready to wait for it.
static int key_comes(void) { return find_key(rl_set_keyboard_input_timeout(-1) / 1000); }

// When Ctrl-C comes, the terminal drops what was typed, also if it has been announced: a read must not
// wait for it.
static void take_terminal(int meta) {
  struct termios settings;
  rl_prep_terminal(meta);
  if (tcgetattr(STDIN_FILENO, &settings) != 0) return;
  settings.c_cc[VMIN] = 0;
  tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

static void end(char *line) {
  // Before anything else is written, so that it meets the terminal as it was.
  rl_callback_handler_remove();
  ended_line = line;
  event = !line ? CREADLINE_END : keys.is_unreadable ? CREADLINE_UNREADABLE : CREADLINE_LINE;
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

void creadline_prepare(const char *name, creadline_completer complete_line, creadline_lister list,
                       int signal_descriptor) {
  signals = signal_descriptor;
  rl_getc_function = next_key;
  rl_input_available_hook = key_comes;
  rl_prep_term_function = take_terminal;
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
  // Before the user's inputrc is read, which may say otherwise. An older readline does not know it.
  if (rl_readline_version >= 0x0803) rl_variable_bind("search-ignore-case", "on");
}

void creadline_begin(const char *prompt) {
  event = CREADLINE_TYPING;
  keys.is_unreadable = false;
  rl_callback_handler_install(prompt, end);
}

creadline_event creadline_read(char **line) {
  if (find_key(0)) {
    if (keys.has_hung_up) {
      end(NULL);
    } else {
      rl_callback_read_char();
    }
  }
  *line = ended_line;
  ended_line = NULL;
  return event;
}

void creadline_abandon(void) {
  forget_keys();
  rl_callback_handler_remove();
}

void creadline_clear(const char *prompt) {
  forget_keys();
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
  take_terminal(1);
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
