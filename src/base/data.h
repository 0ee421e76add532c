/* Where the files are that come with lodnet: meshes, configs and the trained model. */
#ifndef LODNET_BASE_DATA_H
#define LODNET_BASE_DATA_H

#include "base/lengths.h"

/* What comes with lodnet, each in a folder of its own. */
typedef enum { LOD_DATA_MESH, LOD_DATA_CONFIG, LOD_DATA_MODEL } LodDataKind;

/* Finds the file `name` of a kind and writes where it is to path[LOD_PATH_MAX]. Looked for in turn:
   - meshes in the folder ./meshes, then in the one that LODNET_MESHES names; a model that
     LODNET_MODEL names, a file, is taken without looking, whatever its name;
   - the folders meshes, configs and models in the folder that LODNET_DATA names;
   - the same in the share/lodnet that is nearest above the program, or the shared library, that
   this function is part of: PREFIX/share/lodnet for PREFIX/bin and PREFIX/lib/x86_64-linux-gnu. A
   build folder has a share/lodnet too, which leads to the sources. So nothing depends on where
   lodnet was built, and what is installed can be moved. Not finding it is an input error, "WHERE:
   no mesh NAME: ..." with all these places. */
PetscErrorCode LodDataPath(LodDataKind kind, const char *name, const char *where,
                           char path[LOD_PATH_MAX]);

#endif
