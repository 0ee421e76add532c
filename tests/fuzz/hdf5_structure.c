/* Changes of HDF5 files through HDF5: what files of other programs, of other versions and of people
   who experiment look like. A change that HDF5 refuses to make is left out. */
#include <float.h>
#include <hdf5.h>
#include <math.h>
#include <string.h>

#include "hdf5_changes.h"

enum { MOST_NAMES = 64, MOST_VALUES = 4096 };

/* The objects of a file, and one that was chosen. */
typedef struct {
  int         n;
  H5O_type_t  type[MOST_NAMES];
  char        name[MOST_NAMES][64];
  hid_t       file;
  const char *chosen;
} Objects;

/* Callback of H5Ovisit2: takes down the path of an object. */
static herr_t TakeName(hid_t file, const char *name, const H5O_info_t *info, void *context) {
  Objects *objects = context;
  (void)file;
  if (objects->n >= MOST_NAMES) return 1;
  objects->type[objects->n] = info->type;
  snprintf(objects->name[objects->n++], sizeof objects->name[0], "%s",
           strcmp(name, ".") == 0 ? "/" : name);
  return 0;
}

/* The wanted entry of a list of attribute names. */
typedef struct {
  unsigned wanted, n;
  char     name[64];
} Attribute;

/* Callback of H5Aiterate_by_name: keeps the name of the wanted attribute, or else of the last. */
static herr_t TakeAttribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
  Attribute *attribute = context;
  (void)object, (void)info;
  snprintf(attribute->name, sizeof attribute->name, "%s", name);
  return attribute->n++ == attribute->wanted;
}

/* A type of two bytes: its bits of exponent and mantissa. */
static hid_t ShortFloat(size_t exponent, size_t mantissa) {
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, 15, mantissa, exponent, 0, mantissa);
  H5Tset_precision(type, 16);
  H5Tset_ebias(type, ((size_t)1 << (exponent - 1)) - 1);
  H5Tset_size(type, 2);
  return type;
}

/* A text of `size` bytes, or of variable length. */
static hid_t Text(size_t size) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  if (size != H5T_VARIABLE) H5Tset_strpad(type, H5T_STR_NULLPAD);
  return type;
}

/* Complex numbers as h5py stores them. */
static hid_t Complex(void) {
  const hid_t type = H5Tcreate(H5T_COMPOUND, 16);
  H5Tinsert(type, "r", 0, H5T_IEEE_F64LE);
  H5Tinsert(type, "i", 8, H5T_IEEE_F64LE);
  return type;
}

/* Truth values as h5py stores them. */
static hid_t Boolean(void) {
  const hid_t type = H5Tenum_create(H5T_STD_I8LE);
  H5Tenum_insert(type, "FALSE", &(signed char){0});
  H5Tenum_insert(type, "TRUE", &(signed char){1});
  return type;
}

/* A new type, number `which` of those that users' files have; the caller closes it. */
static hid_t MakeType(unsigned which) {
  const hid_t    simple[] = {H5T_IEEE_F64BE, H5T_IEEE_F32LE, H5T_NATIVE_LDOUBLE, H5T_STD_I8LE,
                             H5T_STD_U64BE,  H5T_STD_I32LE,  H5T_STD_REF_OBJ,    H5T_STD_REF_DSETREG,
                             H5T_STD_B64LE,  H5T_UNIX_D32LE};
  const unsigned n = sizeof simple / sizeof simple[0];
  switch (which %= n + 10) {
  case 0:
    return ShortFloat(5, 10);
  case 1: /* bfloat16 */
    return ShortFloat(8, 7);
  case 2:
    return Text(1);
  case 3:
    return Text(700);
  case 4:
    return Text(H5T_VARIABLE);
  case 5:
    return Complex();
  case 6:
    return Boolean();
  case 7:
    return H5Tarray_create2(H5T_IEEE_F64LE, 1, &(hsize_t){3});
  case 8:
    return H5Tvlen_create(H5T_IEEE_F64LE);
  case 9:
    return H5Tcreate(H5T_OPAQUE, 8);
  default:
    return H5Tcopy(simple[which - 10]);
  }
}

/* Numbers that readers have to look at. */
static double Number(unsigned which) {
  static const double numbers[] = {
      0,    -1,      1,    2,     3,           1000, 0x1p24,   0x1p31, 0x1p31 - 1, 0x1p32,
      1e18, -0x1p63, 1e39, 1e308, DBL_MIN / 8, 0.5,  HUGE_VAL, -1e-9,  -HUGE_VAL,  NAN};
  return numbers[which % (sizeof numbers / sizeof numbers[0])];
}

/* A filter that exists while a file is made and not while it is read: passes everything on. */
static size_t PassOn(unsigned flags, size_t n, const unsigned values[], size_t length,
                     size_t *capacity, void **buffer) {
  (void)flags, (void)n, (void)values, (void)capacity, (void)buffer;
  return length;
}
static const H5Z_class2_t missing_filter = {H5Z_CLASS_T_VERS, 32000, 1,    1,
                                            "missing",        NULL,  NULL, PassOn};

/* A creation list for a layout; `rank` and dims are those of the dataset. */
static hid_t Layout(const uint8_t step[FUZZ_STEP], int rank, const hsize_t *dims) {
  const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  hsize_t     chunk[H5S_MAX_RANK];
  for (int axis = 0; axis < rank; axis++)
    chunk[axis] = PetscMax(1, PetscMin(dims[axis], step[4] & 1 ? 2 : 16));
  const unsigned which = step[3] % 12;
  if (which >= 4 && rank > 0) H5Pset_chunk(list, rank, chunk);
  if (which == 0) H5Pset_layout(list, H5D_COMPACT);
  if (which == 1) H5Pset_external(list, "missing.raw", 0, H5F_UNLIMITED);
  if (which == 2 || which == 3) {
    const hid_t space = H5Screate_simple(rank, dims, NULL);
    H5Pset_virtual(list, space, which == 2 ? "." : "missing.h5", step[4] & 1 ? "/x" : "/history",
                   space);
    H5Sclose(space);
  }
  if (which == 5 || which == 6) H5Pset_deflate(list, step[4] % 10);
  if (which == 6 || which == 7) H5Pset_shuffle(list);
  if (which == 8) H5Pset_fletcher32(list);
  if (which == 9) H5Pset_filter(list, missing_filter.id, 0, 0, NULL);
  if (which == 10) H5Pset_scaleoffset(list, H5Z_SO_FLOAT_DSCALE, step[4] % 8);
  if (which == 11) H5Pset_nbit(list);
  return list;
}

/* Whether the values of a dataset lie in this file: not so if it is made of others, itself perhaps,
   in which case HDF5 does not survive that it is read or written. */
static PetscBool HoldsValues(hid_t dataset) {
  const hid_t     list = H5Dget_create_plist(dataset);
  const PetscBool holds = (PetscBool)(dataset >= 0 && H5Pget_layout(list) != H5D_VIRTUAL);
  H5Pclose(list);
  return holds;
}

/* Makes the chosen dataset anew, with the type, shape and creation list given and what fits of its
   old values (or ones); closes them. */
static void Remake(const Objects *objects, hid_t type, hid_t space, hid_t list) {
  static double values[MOST_VALUES];
  for (int i = 0; i < MOST_VALUES; i++)
    values[i] = 1;
  hid_t       old = H5Dopen2(objects->file, objects->chosen, H5P_DEFAULT);
  const hid_t old_space = H5Dget_space(old);
  if (HoldsValues(old) && H5Sget_simple_extent_npoints(old_space) <= MOST_VALUES)
    H5Dread(old, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Sclose(old_space);
  H5Dclose(old);
  H5Ldelete(objects->file, objects->chosen, H5P_DEFAULT);
  const hid_t made =
      H5Dcreate2(objects->file, objects->chosen, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
  const hssize_t points = H5Sget_simple_extent_npoints(space);
  if (HoldsValues(made) && points > 0 && points <= MOST_VALUES)
    H5Dwrite(made, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Dclose(made);
  H5Pclose(list);
  H5Sclose(space);
  H5Tclose(type);
}

/* A changed shape: one axis has another length, or there are axes more or fewer. */
static hid_t Shape(const uint8_t step[FUZZ_STEP], int rank, hsize_t *dims) {
  static const hsize_t lengths[] = {0,   1,     2,     3,          5,          17,
                                    100, 65536, 46341, 1ULL << 31, 1ULL << 40, UINT64_MAX / 16};
  const hsize_t        length = lengths[step[4] % (sizeof lengths / sizeof lengths[0])];
  hsize_t              most[H5S_MAX_RANK];
  switch (step[3] % 8) {
  case 0:
    return H5Screate(step[4] & 1 ? H5S_NULL : H5S_SCALAR);
  case 1:
    dims[rank++] = length;
    break;
  case 2:
    rank = PetscMax(rank - 1, 1);
    break;
  case 3: /* all values along one axis */
    for (int axis = 1; axis < rank; axis++)
      dims[0] *= dims[axis];
    rank = 1;
    break;
  case 4:
    rank = 1 + step[4] % H5S_MAX_RANK;
    for (int axis = 0; axis < rank; axis++)
      dims[axis] = axis == step[5] % rank ? 2 : 1;
    break;
  case 5:
    for (int axis = 0; axis < rank; axis++)
      dims[axis] = length;
    break;
  default:
    if (rank) dims[step[5] % rank] = length;
  }
  for (int axis = 0; axis < rank; axis++)
    most[axis] = dims[axis];
  return H5Screate_simple(rank, dims, most);
}

/* Changes type, shape or layout of the chosen dataset. */
static void ChangeDataset(const Objects *objects, const uint8_t step[FUZZ_STEP]) {
  hsize_t     dims[H5S_MAX_RANK + 1] = {0};
  const hid_t old = H5Dopen2(objects->file, objects->chosen, H5P_DEFAULT);
  hid_t       type = H5Dget_type(old), space = H5Dget_space(old);
  const int   rank = H5Sget_simple_extent_dims(space, dims, NULL);
  hid_t       list = H5Pcreate(H5P_DATASET_CREATE);
  H5Dclose(old);
  if (step[2] % 3 == 0) {
    H5Tclose(type);
    type = MakeType(step[3]);
  } else if (step[2] % 3 == 1 && rank >= 0 && rank < H5S_MAX_RANK) {
    H5Sclose(space);
    space = Shape(step, rank, dims);
  }
  if ((step[2] % 3 == 2 || step[2] & 64) && rank >= 0) {
    H5Pclose(list);
    list = Layout(step, rank, dims);
  }
  Remake(objects, type, space, list);
}

/* Sets one value of the chosen dataset. */
static void ChangeValue(const Objects *objects, const uint8_t step[FUZZ_STEP]) {
  static double  values[MOST_VALUES];
  const hid_t    data = H5Dopen2(objects->file, objects->chosen, H5P_DEFAULT);
  const hid_t    space = H5Dget_space(data);
  const hssize_t n = H5Sget_simple_extent_npoints(space);
  if (HoldsValues(data) && n > 0 && n <= MOST_VALUES &&
      H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0) {
    for (hssize_t i = 0; i < n; i++)
      if (i == (step[4] * 256 + step[5]) % n || step[6] == 0) values[i] = Number(step[3]);
    H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  }
  H5Sclose(space);
  H5Dclose(data);
}

/* Makes an attribute of the chosen object anew with another text. */
static void ChangeText(const Objects *objects, const char *name, const uint8_t step[FUZZ_STEP]) {
  static char              long_text[3000];
  static const char *const texts[] = {"",           "lod",  long_text,         "\xff\xfe", "\n",
                                      "seed = 1\n", "%n%s", "\033[2J\033[31m", "left,"};
  memset(long_text, 'a', sizeof long_text - 1);
  const char *text = texts[step[4] % (sizeof texts / sizeof texts[0])];
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, step[5] & 1 ? H5T_VARIABLE : PetscMax(1, strlen(text)));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  const hid_t made = H5Acreate_by_name(objects->file, objects->chosen, name, type, space,
                                       H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (step[5] % 8 != 7) H5Awrite(made, type, step[5] & 1 ? (const void *)&text : text);
  H5Aclose(made);
  H5Sclose(space);
  H5Tclose(type);
}

/* Makes an attribute of the chosen object anew with another type, shape or number. */
static void ChangeNumber(const Objects *objects, const char *name, const uint8_t step[FUZZ_STEP]) {
  const hsize_t lengths[] = {1, 2, 0};
  const double  number[2] = {Number(step[4]), 1};
  const hid_t   type = step[3] % 4 == 1   ? H5Tcopy(H5T_STD_I64LE)
                       : step[3] % 4 == 2 ? H5Tcopy(H5T_IEEE_F64LE)
                                          : MakeType(step[5]);
  const hid_t   space = step[6] % 8 == 0   ? H5Screate(H5S_NULL)
                        : step[6] % 8 <= 3 ? H5Screate_simple(1, &lengths[step[6] % 8 - 1], NULL)
                                           : H5Screate(H5S_SCALAR);
  const hid_t   made = H5Acreate_by_name(objects->file, objects->chosen, name, type, space,
                                         H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(made, H5T_NATIVE_DOUBLE, number);
  H5Aclose(made);
  H5Sclose(space);
  H5Tclose(type);
}

/* Changes or deletes one attribute of the chosen object. */
static void ChangeAttribute(const Objects *objects, const uint8_t step[FUZZ_STEP]) {
  Attribute attribute = {.wanted = step[2] % 16};
  hsize_t   place = 0;
  H5Aiterate_by_name(objects->file, objects->chosen, H5_INDEX_NAME, H5_ITER_INC, &place,
                     TakeAttribute, &attribute, H5P_DEFAULT);
  if (!attribute.n) return;
  H5Adelete_by_name(objects->file, objects->chosen, attribute.name, H5P_DEFAULT);
  if (step[3] % 4 == 3) ChangeText(objects, attribute.name, step);
  if (step[3] % 4 < 3 && step[3] != 0) ChangeNumber(objects, attribute.name, step);
}

/* Puts something else in the place of the chosen object. */
static void ChangeLink(const Objects *objects, const uint8_t step[FUZZ_STEP]) {
  const hid_t file = objects->file;
  const char *name = objects->chosen, *other = objects->name[step[3] % objects->n];
  char        self[80];
  hid_t       type;
  snprintf(self, sizeof self, "/%s", name);
  if (step[2] % 12 == 0) {
    H5Lmove(file, name, file, "renamed", H5P_DEFAULT, H5P_DEFAULT);
    return;
  }
  H5Ldelete(file, name, H5P_DEFAULT);
  switch (step[2] % 12) {
  case 1:
    H5Lcreate_soft("/nowhere/at/all", file, name, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 2: /* a circle */
    H5Lcreate_soft(self, file, name, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 3:
    H5Lcreate_soft(other, file, name, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 4: /* a circle that H5Ovisit sees */
    H5Lcreate_hard(file, "/", file, name, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 5:
    H5Lcreate_hard(file, other, file, name, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 6:
    H5Lcreate_external("missing.h5", "/x", file, name, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 7: /* to this very file, and this very link */
    H5Lcreate_external("case.h5", step[3] & 1 ? self : other, file, name, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 8:
    H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    break;
  case 9:
    type = MakeType(step[3]);
    H5Tcommit2(file, name, type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Tclose(type);
    break;
  default: /* missing */
    break;
  }
}

void FuzzHdf5Structure(const char *path, const uint8_t step[FUZZ_STEP]) {
  Objects     objects = {0};
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  objects.file = H5Fopen(path, H5F_ACC_RDWR, access);
  H5Pclose(access);
  if (objects.file < 0) return;
  H5Zregister(&missing_filter);
  H5Ovisit2(objects.file, H5_INDEX_NAME, H5_ITER_INC, TakeName, &objects, H5O_INFO_BASIC);
  const int chosen = step[1] % PetscMax(1, objects.n);
  objects.chosen = objects.name[chosen];
  const PetscBool is_root = (PetscBool)(strcmp(objects.chosen, "/") == 0);
  if (objects.n && (step[0] % 4 == 0 || is_root))
    ChangeAttribute(&objects, step);
  else if (objects.n && step[0] % 4 == 1)
    ChangeLink(&objects, step);
  else if (objects.n && objects.type[chosen] == H5O_TYPE_DATASET && step[0] % 4 == 2)
    ChangeValue(&objects, step);
  else if (objects.n && objects.type[chosen] == H5O_TYPE_DATASET)
    ChangeDataset(&objects, step);
  H5Fclose(objects.file);
  H5Zunregister(missing_filter.id);
}
