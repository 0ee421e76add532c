/* Why something of an HDF5 file cannot be read or written, in words: HDF5's own, and what it leaves
   out. */
#include <string.h>

#include "io/hdf5_private.h"

/* What FindReason collects from the messages of a failed call. */
typedef struct {
  char      system[256]; /* the operating system's words, "" if none */
  char      inner[256];  /* the innermost message */
  PetscBool locking;     /* one of them is about a lock */
} Reasons;

/* Callback of H5Ewalk2, innermost message first. HDF5 puts the operating system's own words into
   one of its messages as "error message = '...'". */
static herr_t FindReason(unsigned level, const H5E_error2_t *entry, void *context) {
  Reasons    *reasons = context;
  const char *marker = "error message = '";
  const char *text = entry->desc ? entry->desc : "";
  const char *found = strstr(text, marker);
  (void)level;
  if (found) {
    found += strlen(marker);
    (void)snprintf(reasons->system, sizeof reasons->system, "%.*s", (int)strcspn(found, "'"),
                   found);
  }
  if (!reasons->inner[0]) (void)snprintf(reasons->inner, sizeof reasons->inner, "%s", text);
  if (strstr(text, "unable to lock")) reasons->locking = PETSC_TRUE;
  return 0;
}

PetscBool LodHdf5Reason(char reason[256]) {
  Reasons reasons = {.system = ""};
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, FindReason, &reasons);
  const char *told = reasons.system[0]  ? reasons.system
                     : reasons.inner[0] ? reasons.inner
                                        : "HDF5 could not complete the operation";
  (void)snprintf(reason, 256, "%s", told);
  return reasons.locking;
}

void LodHdf5ReadReason(hid_t dataset, char reason[256]) {
  unsigned flags, what;
  char     name[64];

  (void)LodHdf5Reason(reason); /* before any other call */
  const hid_t properties = H5Dget_create_plist(dataset);
  const int   n_filters = properties < 0 ? 0 : H5Pget_nfilters(properties);
  for (int i = 0; i < n_filters; i++) {
    size_t             n_values = 0; /* in and out */
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, (unsigned)i, &flags, &n_values, NULL, sizeof name, name, &what);
    if (filter < 0 || H5Zfilter_avail(filter) > 0) continue;
    (void)snprintf(reason, 256,
                   "it is compressed by the filter '%.64s' (number %d), which is not installed: "
                   "write it with gzip or without compression, or name the plugin's directory in "
                   "HDF5_PLUGIN_PATH",
                   name, (int)filter);
  }
  if (properties >= 0) H5Pclose(properties);
}

PetscBool LodHdf5LinkReason(const LodHdf5 *file, const char *name, char reason[512]) {
  H5L_info_t  info;
  char        target[1024] = "", why[256];
  const char *other = NULL, *object = NULL;
  unsigned    flags;

  const hid_t opened = H5Oopen(file->id, name, H5P_DEFAULT);
  if (opened >= 0) H5Oclose(opened);
  (void)LodHdf5Reason(why);
  if (H5Lget_info(file->id, name, &info, H5P_DEFAULT) < 0) return PETSC_FALSE;
  if (info.type == H5L_TYPE_HARD) {
    (void)snprintf(reason, 512, opened < 0 ? "cannot be opened: %s" : "is no dataset", why);
  } else if (H5Lget_val(file->id, name, target, sizeof target - 1, H5P_DEFAULT) < 0) {
    (void)snprintf(reason, 512, "is a link that cannot be read");
  } else if (info.type == H5L_TYPE_SOFT) {
    (void)snprintf(reason, 512, "is a link to '%.200s', which is no dataset of the file", target);
  } else if (H5Lunpack_elink_val(target, PetscMin(info.u.val_size, sizeof target), &flags, &other,
                                 &object) >= 0) {
    (void)snprintf(reason, 512,
                   "is a link to '%.100s' in the file '%.100s', which cannot be opened: %s", object,
                   other, why);
  }
  return PETSC_TRUE;
}
