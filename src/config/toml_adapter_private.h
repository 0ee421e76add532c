/* TOML as a tree of plain C structures. The parser is toml++, a C++ library; toml_adapter.cpp is
   the one file that sees it, and no exception leaves that file. */
#ifndef LODNET_CONFIG_TOML_ADAPTER_PRIVATE_H
#define LODNET_CONFIG_TOML_ADAPTER_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  LOD_TOML_TABLE,
  LOD_TOML_ARRAY,
  LOD_TOML_TEXT,
  LOD_TOML_INTEGER,
  LOD_TOML_REAL,
  LOD_TOML_BOOLEAN,
  LOD_TOML_DATE /* dates and times, of which only the place is kept */
} LodTomlType;

/* A value of the file. Everything it points to belongs to the document. */
typedef struct LodTomlNode LodTomlNode;
struct LodTomlNode {
  LodTomlType        type;
  const char        *key;          /* its key in the table around it, "" if it has none */
  unsigned           line, column; /* from 1: of the key, or of the value if it has no key */
  const char        *text;         /* LOD_TOML_TEXT; holds no character 0 */
  int64_t            integer;      /* LOD_TOML_INTEGER */
  double             real;         /* LOD_TOML_REAL; LOD_TOML_INTEGER: the same number */
  int                boolean;      /* LOD_TOML_BOOLEAN */
  size_t             n_children;   /* tables and arrays */
  const LodTomlNode *children;     /* children[n_children], in the order of the file */
};

typedef struct LodTomlDocument LodTomlDocument;

/* Why a text was refused, and where; line 0 if the reason has no place (no memory). */
typedef struct {
  unsigned line, column;
  char     message[512];
} LodTomlError;

/* Returns 0, or 1 and *error if text[length] nests deeper than any settings do; LodTomlParse asks.
 */
int LodTomlCheckNesting(const char *text, size_t length, LodTomlError *error);

/* Parses text[length]. Returns 0 and a document, which LodTomlFree frees, or 1 and *error. */
int LodTomlParse(const char *text, size_t length, LodTomlDocument **document, LodTomlError *error);

/* The table of the whole file (borrowed). */
const LodTomlNode *LodTomlRoot(const LodTomlDocument *document);

/* Frees a document; NULL is accepted. */
void LodTomlFree(LodTomlDocument *document);

#ifdef __cplusplus
}
#endif
#endif
