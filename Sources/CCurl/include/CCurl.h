#pragma once

// libcurl, found when it is first needed: a command that never touches the network does not pay for
// loading it. Every function here is libcurl's of the same name, without variable arguments.
//
// The functions without a handle argument load the library and return NULL when it is missing.

#define CURL_DISABLE_DEPRECATION
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/// Why libcurl cannot be used; NULL when it can. Safe on any thread.
const char *ccurl_problem(void);
/// Its version, such as "7.88.1"; only if there is no problem.
const char *ccurl_version(void);
/// Whether this libcurl can decompress gzip.
int ccurl_has_gzip(void);

CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *handle);
void ccurl_easy_reset(CURL *handle);
const char *ccurl_easy_strerror(CURLcode code);

CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value);
CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, const void *value);
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
/// For bodies and headers, whose callbacks have one type.
CURLcode ccurl_set_taker(CURL *handle, CURLoption option, curl_write_callback value);
/// Asks `value` before the request is written to a connection: each time, if there are several.
CURLcode ccurl_set_gate(CURL *handle, curl_prereq_callback value);

/// 0 when libcurl does not know.
long ccurl_get_long(CURL *handle, CURLINFO info);
/// The bytes of the answer's body that have arrived, before they are decompressed.
curl_off_t ccurl_get_received(CURL *handle);
/// The bytes that the answer's body has before they are decompressed; negative when it does not say.
curl_off_t ccurl_get_expected(CURL *handle);

/// Appends a copy of `line`; NULL when memory is short.
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *line);
void ccurl_slist_free_all(struct curl_slist *list);

CURLM *ccurl_multi_init(void);
void ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *handle);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *handle);
CURLMcode ccurl_multi_perform(CURLM *multi);
/// Waits for the exchanges of `multi` and, unless it is negative, for `descriptor` to be readable.
CURLMcode ccurl_multi_poll(CURLM *multi, int descriptor, int milliseconds);
/// The next exchange that has ended, and how; NULL when there is none.
CURL *ccurl_multi_ended(CURLM *multi, CURLcode *code);

CURLU *ccurl_url(void);
void ccurl_url_cleanup(CURLU *url);
CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *value, unsigned flags);
/// The caller frees `*value` with `ccurl_free`.
CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **value, unsigned flags);
void ccurl_free(void *memory);
