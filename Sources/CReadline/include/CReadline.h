#ifndef MEMCTL_CREADLINE_H
#define MEMCTL_CREADLINE_H

#include <stdbool.h>

// GNU readline's callback interface. Its globals, which Swift does not let through, stay in here.
// One thread uses all of this.

/// What may replace the line up to the cursor, which is `before`: an array that malloc has made, as
/// are the texts in it, that NULL ends. The first is what all have in common. NULL for nothing.
/// `*appends_blank` says whether a blank follows where there is only one.
typedef char **(*creadline_completer)(const char *before, bool *appends_blank);
/// Shows what the last call of the completer found, below the line.
typedef void (*creadline_lister)(void);

/// Sets readline up. `name` is that by which an inputrc can speak of the program. Wherever readline
/// waits for a key, `signal_descriptor` ends that as well once it can be read.
void creadline_prepare(const char *name, creadline_completer complete, creadline_lister list,
                       int signal_descriptor);

typedef enum {
  CREADLINE_TYPING,
  CREADLINE_LINE,
  // A line of which something was not valid UTF-8, and is missing.
  CREADLINE_UNREADABLE,
  CREADLINE_END
} creadline_event;

/// Shows the prompt and begins a line. Bytes 1 and 2 enclose what takes no columns.
void creadline_begin(const char *prompt);
/// Takes a key, if there is one: once standard input can be read, or `creadline_has_key` says so. After
/// a line or the end, the terminal is as it was before `creadline_begin`, and `*line` is to be freed.
creadline_event creadline_read(char **line);
/// Whether a key waits here, and no longer on the terminal.
bool creadline_has_key(void);
/// Gives the line up, and the terminal back.
void creadline_abandon(void);
/// Gives the line up as Ctrl-C is shown to do it, and begins another one below it.
void creadline_clear(const char *prompt);
/// Shows another prompt before the line as it stands.
void creadline_set_prompt(const char *prompt);
/// Writes lines, each with its line break, above the prompt.
void creadline_write_above(const char *text);
/// Writes lines below the line that is being typed, and shows that again.
void creadline_write_below(const char *text);
/// Whether a search or a number stands in the place of the prompt, so that nothing else may be shown.
bool creadline_is_searching(void);
void creadline_resize(void);
/// Gives the terminal back for as long as the process is stopped, and takes it again.
void creadline_suspend(void);
void creadline_resume(void);

/// Adds a line to what the keys for earlier lines find. An equal one before it is removed if
/// `removes_equal`, and the first one beyond `limit`.
void creadline_remember(const char *line, bool removes_equal, int limit);

/// The file names that begin with `prefix`, one a call; `state` is 0 for the first. To be freed.
char *creadline_filename(const char *prefix, int state);

#endif
