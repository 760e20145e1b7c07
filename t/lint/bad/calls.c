void
bad(char *to, const char *from)
{
    /* strcpy(to, from) here, "system()" there */
    sprintf(to, "%s strcpy(to, from)", from);
    strcpy (to, from);
    strcat(to, from);
    (void) atoi(from);
    gets(to);
    (void) strtok(to, ",");
    (void) system(from);
    my_system(from);
    config->system(from);
    (void) snprintf(to, 1, "%s", from);
}
