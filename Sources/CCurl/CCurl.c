#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

#define FUNCTIONS(f)                                                                               \
  f(curl_global_init) f(curl_version_info) f(curl_free)                                            \
  f(curl_easy_init) f(curl_easy_cleanup) f(curl_easy_reset) f(curl_easy_strerror)                  \
  f(curl_easy_setopt) f(curl_easy_getinfo) f(curl_slist_append) f(curl_slist_free_all)             \
  f(curl_multi_init) f(curl_multi_cleanup) f(curl_multi_setopt) f(curl_multi_add_handle)           \
  f(curl_multi_remove_handle) f(curl_multi_perform) f(curl_multi_poll) f(curl_multi_info_read)     \
  f(curl_url) f(curl_url_cleanup) f(curl_url_set) f(curl_url_get)

#define POINTER(name) __typeof__(&name) name;
static struct { FUNCTIONS(POINTER) } lib;

static const char *problem;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (!library) library = dlopen("libcurl-gnutls.so.4", RTLD_LAZY | RTLD_LOCAL);
  if (!library) {
    problem = "libcurl is not installed; apt-get install libcurl4";
    return;
  }
#define FIND(name)                                                                                 \
  if (!(lib.name = (__typeof__(&name))dlsym(library, #name))) {                                    \
    problem = "the installed libcurl is too old: it lacks " #name;                                 \
    return;                                                                                        \
  }
  FUNCTIONS(FIND)
  if (lib.curl_version_info(CURLVERSION_NOW)->version_num < 0x075000) {
    problem = "the installed libcurl is older than 7.80";
    return;
  }
  if (lib.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) problem = "libcurl does not start";
}

const char *ccurl_problem(void) {
  pthread_once(&once, load);
  return problem;
}

const char *ccurl_version(void) { return lib.curl_version_info(CURLVERSION_NOW)->version; }

int ccurl_has_gzip(void) {
  return !ccurl_problem()
      && lib.curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_LIBZ;
}

// MARK: Easy handles

CURL *ccurl_easy_init(void) { return ccurl_problem() ? NULL : lib.curl_easy_init(); }
void ccurl_easy_cleanup(CURL *handle) { lib.curl_easy_cleanup(handle); }
void ccurl_easy_reset(CURL *handle) { lib.curl_easy_reset(handle); }
const char *ccurl_easy_strerror(CURLcode code) { return lib.curl_easy_strerror(code); }

CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
  return lib.curl_easy_setopt(handle, option, value);
}

CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
  return lib.curl_easy_setopt(handle, option, value);
}

CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return lib.curl_easy_setopt(handle, option, value);
}

CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return lib.curl_easy_setopt(handle, option, value);
}

CURLcode ccurl_set_taker(CURL *handle, CURLoption option, curl_write_callback value) {
  return lib.curl_easy_setopt(handle, option, value);
}

CURLcode ccurl_set_gate(CURL *handle, curl_prereq_callback value) {
  return lib.curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, value);
}

long ccurl_get_long(CURL *handle, CURLINFO info) {
  long value = 0;
  lib.curl_easy_getinfo(handle, info, &value);
  return value;
}

curl_off_t ccurl_get_received(CURL *handle) {
  curl_off_t value = 0;
  lib.curl_easy_getinfo(handle, CURLINFO_SIZE_DOWNLOAD_T, &value);
  return value;
}

curl_off_t ccurl_get_expected(CURL *handle) {
  curl_off_t value = -1;
  lib.curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &value);
  return value;
}

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *line) {
  return lib.curl_slist_append(list, line);
}

void ccurl_slist_free_all(struct curl_slist *list) { lib.curl_slist_free_all(list); }

// MARK: Many exchanges

CURLM *ccurl_multi_init(void) { return ccurl_problem() ? NULL : lib.curl_multi_init(); }
void ccurl_multi_cleanup(CURLM *multi) { lib.curl_multi_cleanup(multi); }

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return lib.curl_multi_setopt(multi, option, value);
}

CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *handle) {
  return lib.curl_multi_add_handle(multi, handle);
}

CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *handle) {
  return lib.curl_multi_remove_handle(multi, handle);
}

CURLMcode ccurl_multi_perform(CURLM *multi) {
  int running;
  return lib.curl_multi_perform(multi, &running);
}

CURLMcode ccurl_multi_poll(CURLM *multi, int descriptor, int milliseconds) {
  struct curl_waitfd extra = {.fd = descriptor, .events = CURL_WAIT_POLLIN};
  return lib.curl_multi_poll(multi, &extra, descriptor < 0 ? 0 : 1, milliseconds, NULL);
}

CURL *ccurl_multi_ended(CURLM *multi, CURLcode *code) {
  int left;
  CURLMsg *message;
  while ((message = lib.curl_multi_info_read(multi, &left))) {
    if (message->msg != CURLMSG_DONE) continue;
    *code = message->data.result;
    return message->easy_handle;
  }
  return NULL;
}

// MARK: Addresses

CURLU *ccurl_url(void) { return ccurl_problem() ? NULL : lib.curl_url(); }
void ccurl_url_cleanup(CURLU *url) { lib.curl_url_cleanup(url); }
void ccurl_free(void *memory) { lib.curl_free(memory); }

CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *value, unsigned flags) {
  return lib.curl_url_set(url, part, value, flags);
}

CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **value, unsigned flags) {
  return lib.curl_url_get(url, part, value, flags);
}
