@echo off
rem Drag the folder of the version before onto this file.
chcp 65001 >nul
"%~dp0python\python.exe" "%~dp0update.py" %1
pause
